import { Injectable } from '@nestjs/common';
import type { Session, Transaction } from '../platform/database/database.ts';
import { updateRow } from '../platform/database/rows.ts';
import { Freeze } from './freeze.entity.ts';

const NAME = 'service';

/** The one row of the switch. It is nobody's in particular, so it is read without a scope. */
@Injectable()
export class FreezeStore {
  find(session: Session): Promise<Freeze> {
    return session.manager.findOneByOrFail(Freeze, { name: NAME });
  }

  async update(tx: Transaction, { frozen, reason, since, by, version }: Freeze): Promise<void> {
    await updateRow(tx, Freeze, { name: NAME }, { frozen, reason, since, by, version });
  }
}
