import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database } from '../platform/database/database.ts';
import { InstallationStore } from './installation.store.ts';

/** The name under which hosts know this installation of the service among others: see `scripts/change.sh`. */
@Injectable()
export class Installation {
  private known: Promise<string> | null = null;

  constructor(
    private readonly database: Database,
    private readonly store: InstallationStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The id, drawn when it was first asked for and kept in the database ever since. */
  id(): Promise<string> {
    this.known ??= this.find().catch((thrown: unknown) => {
      // A database that is away for a moment must not be remembered as the answer.
      this.known = null;
      throw thrown;
    });
    return this.known;
  }

  private async find(): Promise<string> {
    const row = await this.store.find(this.database.read);
    if (row) return row.id;
    const drawn = randomUUIDv7();
    try {
      await this.database.write((tx) => this.store.insert(tx, { key: 'this', id: drawn, createdAt: this.clock.now() }));
      return drawn;
    } catch (thrown) {
      // Another process of this installation was quicker.
      const first = isUniqueViolation(thrown) ? await this.store.find(this.database.read) : null;
      if (!first) throw thrown;
      return first.id;
    }
  }
}
