import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { CertificatesModule } from '../certificates/certificates.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { FreezeModule } from '../freeze/freeze.module.ts';
import { HostsModule } from '../hosts/hosts.module.ts';
import { VotesModule } from '../votes/votes.module.ts';
import { ChangeJob } from './change-job.ts';
import { ConnectionShelf } from './connection-shelf.ts';
import { JobBell } from './job-bell.ts';
import { JobEnds } from './job-ends.ts';
import { JobKinds } from './job-kinds.ts';
import { JobStream } from './job-stream.ts';
import { JobSurroundings } from './job-surroundings.ts';
import { JobSessions } from './job-sessions.ts';
import { JobTools } from './job-tools.ts';
import { JobsController } from './jobs.controller.ts';
import { JobsStore } from './jobs.store.ts';
import { InstallAgentKind } from './kinds/install-agent.ts';
import { Offboard } from './kinds/offboard.ts';
import { Onboard } from './kinds/onboard.ts';
import { PrepareArbiter } from './kinds/prepare-arbiter.ts';
import { RemoveAgentKind } from './kinds/remove-agent.ts';
import { Verify } from './kinds/verify.ts';
import { Leases } from './leases.ts';
import { RequestJob } from './request-job.ts';
import { RunJob } from './run-job.ts';
import type { Step } from './step.ts';
import { StepWatch } from './step-watch.ts';
import { STEP_PROVIDERS, Steps } from './steps.ts';
import { SweepJobs } from './sweep-jobs.ts';
import { SweptWork } from './swept-work.ts';
import { ThawJob } from './thaw-job.ts';
import { Transcriber } from './transcriber.ts';

@Module({
  imports: [AccessModule, HostsModule, ArbitersModule, ClustersModule, CertificatesModule, VotesModule, FreezeModule],
  controllers: [JobsController],
  providers: [
    JobsStore,
    Leases,
    JobEnds,
    JobBell,
    ConnectionShelf,
    JobSessions,
    JobSurroundings,
    JobTools,
    Transcriber,
    RequestJob,
    ChangeJob,
    ThawJob,
    JobStream,
    ...[PrepareArbiter, Onboard, Offboard, Verify, InstallAgentKind, RemoveAgentKind],
    JobKinds,
    ...STEP_PROVIDERS,
    {
      provide: Steps,
      useFactory: (watch: StepWatch, ...steps: Step[]) => new Steps(steps, watch),
      inject: [StepWatch, ...STEP_PROVIDERS],
    },
    StepWatch,
    RunJob,
    SweptWork,
    SweepJobs,
  ],
  exports: [JobEnds],
})
export class JobsModule {}
