import { Module } from '@nestjs/common';
import { FreezeController } from './freeze.controller.ts';
import { FreezeStore } from './freeze.store.ts';
import { FreezeWatch } from './freeze-watch.ts';
import { ReleaseFreeze } from './release-freeze.ts';
import { SetFreeze } from './set-freeze.ts';

@Module({
  controllers: [FreezeController],
  providers: [FreezeStore, FreezeWatch, SetFreeze, ReleaseFreeze],
  exports: [FreezeStore, FreezeWatch],
})
export class FreezeModule {}
