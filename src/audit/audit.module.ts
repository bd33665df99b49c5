import { Global, Module } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { AuditStore } from './audit.store.ts';

/** Every room writes its audit events, so this one is open to all. */
@Global()
@Module({ controllers: [AuditController], providers: [AuditStore], exports: [AuditStore] })
export class AuditModule {}
