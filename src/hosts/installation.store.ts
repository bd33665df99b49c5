import { Injectable } from '@nestjs/common';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { InstallationRow } from './installation.entity.ts';

@Injectable()
export class InstallationStore {
  find(session: Session): Promise<InstallationRow | null> {
    return session.manager.findOneBy(InstallationRow, { key: 'this' });
  }

  insert(tx: Transaction, row: InstallationRow): Promise<void> {
    return insertRows(tx, InstallationRow, row);
  }
}
