import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { error } from '../../core/finding.ts';
import { inStages, refusal, type Plan } from '../../core/jobs/plan.ts';
import type { JobKind, PlanRequest } from '../job-kind.ts';
import { confirmVote } from '../steps/confirm-vote.ts';

const options = z.strictObject({});

/** Looks at an onboarded cluster now: done when its vote is cast on every node and acknowledged at qnetd, twice in a row. */
@Injectable()
export class Verify implements JobKind<z.output<typeof options>> {
  readonly name = 'verify';
  readonly about = 'cluster';
  readonly changes = false;
  readonly options = options;

  plan({ target: { cluster } }: PlanRequest<z.output<typeof options>>): Promise<Plan> {
    if (cluster?.state !== 'onboarded') {
      return Promise.resolve(
        refusal([
          error('not_onboarded', cluster?.name ?? '', 'This cluster has no device of ours yet: onboard it first.'),
        ]),
      );
    }
    return Promise.resolve({
      steps: inStages([confirmVote(cluster.name, { clusterId: cluster.id })]),
      findings: [],
      quorum: null,
    });
  }
}
