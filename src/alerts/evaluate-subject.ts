import { Inject, Injectable } from '@nestjs/common';
import type { AlertSubject } from '../core/alerts/symptom.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import type { AlertSource } from './alert-source.ts';
import { KeepAlerts, Overtaken } from './keep-alerts.ts';
import { WeighAlerts } from './weigh-alerts.ts';

/** Weighs one subject and keeps what comes of it: alerts, audit events, notices and the next date, or none of them. */
@Injectable()
export class EvaluateSubject {
  constructor(
    private readonly database: Database,
    private readonly weigh: WeighAlerts,
    private readonly keep: KeepAlerts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Safe beside other workers: who is overtaken leaves nothing behind, and the subject stays due. */
  async run(source: AlertSource, subject: AlertSubject): Promise<void> {
    if (!source.schedule && !(await this.isWorthWriting(source, subject))) return;
    try {
      await this.database.write((tx) => this.evaluate(tx, source, subject));
    } catch (thrown) {
      if (!(thrown instanceof Overtaken) && !isUniqueViolation(thrown)) throw thrown;
    }
  }

  private async isWorthWriting(source: AlertSource, subject: AlertSubject): Promise<boolean> {
    const { moves } = await this.weigh.run(this.database.read, source, subject, this.clock.now());
    return moves.length > 0;
  }

  private async evaluate(tx: Transaction, source: AlertSource, subject: AlertSubject): Promise<void> {
    const now = this.clock.now();
    if (source.schedule && !(await source.schedule.claim(tx, subject, now))) return;
    const { look, moves, next } = await this.weigh.run(tx, source, subject, now);
    await this.keep.run(tx, subject, look, moves, now);
    await source.schedule?.settle(tx, subject, next);
  }
}
