import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ClustersStore } from '../../clusters/clusters.store.ts';
import { error, type Finding } from '../../core/finding.ts';
import { deviceFor } from '../../core/quorum/arithmetic.ts';
import { Database } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { ReadVotes } from '../../votes/read-votes.ts';
import { planned, StepFailure, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly clusterId: string;
}

/** Votes settle within 6 s after the last device has started (measured); the wait covers one lost connection of a device. */
const PATIENCE_MS = 40_000;
const PAUSE_MS = 10;
/** A host that refuses at once would otherwise be asked a hundred times a second. The pause doubles, so it costs no more than was waited already. */
const LONGEST_PAUSE_MS = 250;
/** Right after a change a single look may catch a moment that does not last. */
const LOOKS_NEEDED = 2;

export const confirmVote = (subject: string, input: Input) => planned('confirm-vote', subject, null, input);

/** Done when every node casts the device's vote and qnetd acknowledges each, seen in two consecutive looks. */
@Injectable()
export class ConfirmVote implements Step<Input, null> {
  readonly name = 'confirm-vote';

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly votes: ReadVotes,
  ) {}

  async do({ subject, input, hostOf, signal }: StepWork<Input, null>): Promise<null> {
    const cluster = await this.clusters.find(this.database.read, EVERYTHING, input.clusterId);
    if (!cluster) throw new Error(`cluster ${input.clusterId} is gone`);
    const until = performance.now() + PATIENCE_MS;
    for (let good = 0, pauseMs = PAUSE_MS; good < LOOKS_NEEDED;) {
      const look = await this.votes.lookNow(cluster, hostOf, deviceFor(cluster.nodes.length));
      good = look.state === 'ok' ? good + 1 : 0;
      pauseMs = good > 0 ? PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      if (good === LOOKS_NEEDED) break;
      if (performance.now() > until) throw new StepFailure(notConfirmed(subject, look.state, look.findings));
      await wait(pauseMs, undefined, { signal });
    }
    return null;
  }

  /** Nothing was changed. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}

const notConfirmed = (subject: string, state: string, findings: readonly Finding[]): Finding =>
  error(
    'vote_not_confirmed',
    subject,
    `The vote of "${subject}" is "${state}" and not ok: ${findings
      .map((finding) => finding.message)
      .join(' ')
      .slice(0, 500)}`,
    { state, codes: findings.map((finding) => finding.code) },
  );
