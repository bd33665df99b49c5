import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { nextMove, type Move } from '../core/jobs/progress.ts';
import { ServiceFrozen } from '../freeze/service-frozen.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { WorkQueue, type WorkContext, type WorkOutcome } from '../platform/queue/queue.ts';
import { stoppedByFreeze, undoFailed } from './frozen-finding.ts';
import { CutOff } from './interruption.ts';
import { JobEnds } from './job-ends.ts';
import type { Job, JobStep } from './job.entity.ts';
import { Journal } from './journal.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { JobSessions, type OpenSessions } from './job-sessions.ts';
import { JobTools } from './job-tools.ts';
import { JobSurroundings } from './job-surroundings.ts';
import { StepGates } from './step-gates.ts';
import { StepRunner } from './step-runner.ts';
import { Steps } from './steps.ts';
import { takeOver } from './take-over.ts';
import { RUN_JOB } from './waking.ts';

/**
 * A job only waits, for hosts most of its time and for minutes where a host swallows packets: so many may wait at once that
 * a job on healthy hosts never stands in line behind them. What costs processor time, handshakes and signatures, takes its
 * turns on the one thread whatever this number is, and writes take theirs at the database.
 */
const AT_ONCE = 200;

/** How soon a job is taken up again that another runner holds, or that stopped on a fault of the moment. */
const AGAIN_MS = 1_000;

/** Whose lease a job needs, in a form that may also name a file on a host. */
const leaseSubject = (job: Job): string =>
  job.clusterId === null ? `arbiter-${job.arbiterId}` : `cluster-${job.clusterId}`;

/** Takes jobs and carries them to their end, from wherever the journal says that they are. */
@Injectable()
export class RunJob implements OnModuleInit {
  private readonly log = new Logger('jobs');

  constructor(
    private readonly tools: JobTools,
    private readonly queue: WorkQueue,
    private readonly surroundings: JobSurroundings,
    private readonly sessions: JobSessions,
    private readonly steps: Steps,
    private readonly ends: JobEnds,
  ) {}

  onModuleInit(): void {
    this.queue.register({ name: RUN_JOB, concurrency: AT_ONCE, process: (id, context) => this.run(id, context) });
  }

  async run(jobId: string, { signal: stop }: Pick<WorkContext, 'signal'>): Promise<WorkOutcome> {
    const job = await this.unfinished(jobId);
    if (!job) return 'done';
    const askedAt = performance.now();
    const lease = await this.tools.leases.acquire(leaseSubject(job), job.id);
    if (!lease) return { againInMs: AGAIN_MS };
    await using keeper = new LeaseKeeper(this.tools.leases, lease, askedAt);
    try {
      await this.carry(jobId, keeper, stop);
    } catch (thrown) {
      // Whoever holds the lease now goes on; without a new holder the next try, or the sweeper, does.
      if (thrown instanceof CutOff) this.log.log(`job ${jobId}: ${thrown.message}`);
      else
        this.log.error(
          thrown instanceof Error ? thrown : new Error(`job ${jobId} stopped on something that is no error`),
        );
      return { againInMs: AGAIN_MS };
    }
    // Where several processes share the queue, another one goes on at once.
    return stop.aborted ? { againInMs: AGAIN_MS } : 'done';
  }

  private async unfinished(jobId: string): Promise<Job | null> {
    const job = await this.tools.jobs.find(this.tools.database.read, EVERYTHING, jobId);
    return job && ['queued', 'running'].includes(job.state) ? job : null;
  }

  private async carry(jobId: string, keeper: LeaseKeeper, stop: AbortSignal): Promise<void> {
    // Read under the lease: the runner before may have carried it on since it was woken.
    const job = await this.unfinished(jobId);
    if (!job) return;
    const steps = await this.tools.jobs.stepsOf(this.tools.database.read, job.id);
    const journal = new Journal(this.tools, keeper.lease, job, steps);
    await using sessions = await this.sessions.open(journal, keeper, stop);
    try {
      await this.begin(journal, sessions);
      await this.move(journal, sessions, stop);
    } catch (thrown) {
      const { reason } = sessions.signal as { reason: unknown };
      if (reason instanceof CutOff) throw reason;
      if (!(reason instanceof ServiceFrozen)) throw thrown;
      await halt(journal, reason);
    }
  }

  private async begin(journal: Journal, sessions: OpenSessions): Promise<void> {
    if (journal.job.state === 'running') return takeOver(journal, sessions);
    await sessions.permit.demand();
    await journal.turn({ kind: 'taken' });
  }

  /** Move by move to the end, or to the border of a step once the service is to stop. */
  private async move(journal: Journal, sessions: OpenSessions, stop: AbortSignal): Promise<void> {
    // A node that the job leaves alone, because it is known to be dead, is not asked either.
    const nodes = sessions.nodes.filter(({ id }) => journal.steps.some(({ hostId }) => hostId === id));
    const gates = new StepGates(nodes, sessions.of, this.tools.clock);
    const runner = new StepRunner(journal, this.steps, sessions.of, sessions.signal, gates);
    for (;;) {
      if (stop.aborted) return;
      await journal.heed();
      const move = nextMove(journal.progress);
      if (move === null) return;
      if (move.kind === 'do' || move.kind === 'undo') await sessions.permit.demand();
      await this.make(move, journal, runner);
    }
  }

  private async make(move: Move, journal: Journal, runner: StepRunner): Promise<void> {
    switch (move.kind) {
      case 'do':
        return runner.doAll(move.positions);
      case 'undo':
        return runner.undoAll(move.positions);
      case 'turn-back':
        return journal.turn({ kind: 'turned-back' }, firstFinding(journal.steps, 'failed'));
      case 'end':
        if (move.as === 'frozen') return journal.turn({ kind: 'ended' }, undoFailed(journal.steps));
        await journal.turn({ kind: 'ended' }, null, (tx) => this.surroundings.release(tx, journal.job));
        this.ends.tell(journal.job);
        return runner.leave();
    }
  }
}

const firstFinding = (steps: readonly JobStep[], state: JobStep['state']) =>
  steps.find((step) => step.state === state)?.finding ?? null;

/** A job that is under way waits for a person from here on; one that was not begun waits for the release. */
const halt = async (journal: Journal, { reason }: ServiceFrozen): Promise<void> => {
  if (journal.job.state === 'running') await journal.turn({ kind: 'halted' }, stoppedByFreeze(journal.steps, reason));
};
