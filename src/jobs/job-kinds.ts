import { Injectable } from '@nestjs/common';
import type { JobKind } from './job-kind.ts';
import type { JobKindName } from './jobs.schema.ts';
import { Onboard } from './kinds/onboard.ts';
import { PrepareArbiter } from './kinds/prepare-arbiter.ts';
import { Verify } from './kinds/verify.ts';

/** Every kind of job. A new kind is a file in `kinds/` and a line here. */
@Injectable()
export class JobKinds {
  private readonly byName: Readonly<Record<JobKindName, JobKind>>;

  constructor(prepareArbiter: PrepareArbiter, onboard: Onboard, verify: Verify) {
    this.byName = {
      'prepare-arbiter': prepareArbiter,
      onboard: onboard,
      verify: verify,
    };
  }

  named(name: JobKindName): JobKind {
    return this.byName[name];
  }
}
