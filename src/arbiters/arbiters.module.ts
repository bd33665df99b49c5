import { Module } from '@nestjs/common';
import { HostsModule } from '../hosts/hosts.module.ts';
import { ArbitersController } from './arbiters.controller.ts';
import { ArbitersStore } from './arbiters.store.ts';
import { RegisterArbiter } from './register-arbiter.ts';

@Module({
  imports: [HostsModule],
  controllers: [ArbitersController],
  providers: [ArbitersStore, RegisterArbiter],
  exports: [ArbitersStore],
})
export class ArbitersModule {}
