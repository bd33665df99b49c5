import { Injectable } from '@nestjs/common';
import type { JobKind } from './job-kind.ts';
import type { JobKindName } from './jobs.schema.ts';
import { InstallAgentKind } from './kinds/install-agent.ts';
import { Offboard } from './kinds/offboard.ts';
import { Onboard } from './kinds/onboard.ts';
import { PrepareArbiter } from './kinds/prepare-arbiter.ts';
import { RemoveAgentKind } from './kinds/remove-agent.ts';
import { Verify } from './kinds/verify.ts';

/** Every kind of job. A new kind is a file in `kinds/` and a line here. */
@Injectable()
export class JobKinds {
  private readonly byName: Readonly<Record<JobKindName, JobKind>>;

  constructor(
    prepareArbiter: PrepareArbiter,
    onboard: Onboard,
    offboard: Offboard,
    verify: Verify,
    installAgent: InstallAgentKind,
    removeAgent: RemoveAgentKind,
  ) {
    this.byName = {
      'prepare-arbiter': prepareArbiter,
      onboard: onboard,
      offboard: offboard,
      verify: verify,
      'install-agent': installAgent,
      'remove-agent': removeAgent,
    };
  }

  named(name: JobKindName): JobKind {
    return this.byName[name];
  }
}
