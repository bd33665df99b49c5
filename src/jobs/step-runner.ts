import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { error, type Finding } from '../core/finding.ts';
import { HostRefusal, type HostSession } from '../hosts/host-session.ts';
import { SshFailure } from '../platform/ssh/ssh-failure.ts';
import type { JobStep } from './job.entity.ts';
import type { Journal } from './journal.ts';
import { leaveHosts } from './leave-hosts.ts';
import { LeaseLost } from './leases.ts';
import { StepFailure, type PassedOn, type StepWork } from './step.ts';
import type { StepGates } from './step-gates.ts';
import type { Steps } from './steps.ts';

/** What may be gone at the next try: the connection, not the host's answer. */
const PASSING = new Set([
  'ssh_connection_lost',
  'ssh_connect_timeout',
  'ssh_connection_refused',
  'ssh_unreachable',
  'ssh_command_refused',
]);

/** Pauses before each further try. A step gives up soon, since undoing is always possible; an undo holds out longer. */
const DO_AGAIN_MS: readonly number[] = [1_000];
const UNDO_AGAIN_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000];

/** Runs the steps of one stage side by side: each one's intent first, then its effect, then its outcome. */
export class StepRunner {
  private readonly log = new Logger('jobs');
  private readonly journal: Journal;
  private readonly steps: Steps;
  private readonly session: (hostId: string) => HostSession;
  private readonly signal: AbortSignal;
  private readonly gates: StepGates;

  constructor(
    journal: Journal,
    steps: Steps,
    session: (hostId: string) => HostSession,
    signal: AbortSignal,
    gates: StepGates,
  ) {
    this.journal = journal;
    this.steps = steps;
    this.session = session;
    this.signal = signal;
    this.gates = gates;
  }

  async doAll(positions: readonly number[]): Promise<void> {
    await this.journal.begin('step-begun', positions);
    await this.together(positions, async (position) => {
      const step = this.journal.step(position);
      await this.steps.watch.at('intended', step, 'do');
      const result = await this.attempt(position, DO_AGAIN_MS, isPassing, async () => {
        const named = this.steps.named(step.name);
        if (named.touchesQuorum?.('do', step.input)) await this.gates.demandDo(this.signal);
        const output = await named.do(this.workOf(step));
        await this.steps.watch.at('effected', step, 'do');
        return output;
      });
      if ('finding' in result) await this.journal.settle('step-failed', position, { finding: result.finding });
      else
        await this.journal.settle('step-done', position, {
          output: (result.value ?? null) as JobStep['output'],
          finding: (result.value as PassedOn | null)?.passedOn ?? null,
        });
      await this.steps.watch.at('recorded', step, 'do');
    });
  }

  async undoAll(positions: readonly number[]): Promise<void> {
    await this.journal.begin('undo-begun', positions);
    await this.together(positions, async (position) => {
      const step = this.journal.step(position);
      await this.steps.watch.at('intended', step, 'undo');
      const result = await this.attempt(position, UNDO_AGAIN_MS, always, async () => {
        const named = this.steps.named(step.name);
        if (named.touchesQuorum?.('undo', step.input)) await this.gates.demandUndo(step, this.signal);
        await named.undo(this.workOf(step));
        await this.steps.watch.at('effected', step, 'undo');
      });
      // The finding of the failure that began it all stays with its step; one of the undo itself takes its place.
      if ('finding' in result) await this.journal.settle('undo-failed', position, { finding: result.finding });
      else await this.journal.settle('step-undone', position);
      await this.steps.watch.at('recorded', step, 'undo');
    });
  }

  /** Tells the hosts that the job is over. */
  async leave(): Promise<void> {
    await leaveHosts(this.journal.steps, this.session);
  }

  /** All of them to their end, also when one of them throws: nothing of a stage may still run when the next one begins. */
  private async together(positions: readonly number[], work: (position: number) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(positions.map(work));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async attempt<T>(
    position: number,
    pausesMs: readonly number[],
    worthAgain: (finding: Finding) => boolean,
    work: () => Promise<T>,
  ): Promise<{ value: T } | { finding: Finding }> {
    for (const [tries] of [...pausesMs, null].entries()) {
      try {
        return { value: await work() };
      } catch (thrown) {
        if (thrown instanceof LeaseLost || this.signal.aborted) throw thrown;
        const finding = this.findingOf(thrown, this.journal.step(position));
        const pauseMs = pausesMs[tries];
        if (pauseMs === undefined || !worthAgain(finding)) return { finding };
        await wait(pauseMs, undefined, { signal: this.signal });
        await this.journal.tryAgain(position, finding);
      }
    }
    throw new Error('unreachable: the last try returns');
  }

  private findingOf(thrown: unknown, step: JobStep): Finding {
    if (thrown instanceof SshFailure || thrown instanceof HostRefusal || thrown instanceof StepFailure)
      return thrown.finding;
    this.log.error(thrown instanceof Error ? thrown : new Error(`thrown: ${typeof thrown}`));
    return error(
      'step_crashed',
      step.subject,
      `The step "${step.name}" stopped on a fault of the service; its log has the details.`,
    );
  }

  private workOf(step: JobStep): StepWork<unknown, unknown> {
    const { name, subject, hostId, input, output } = step;
    return {
      job: this.journal.job,
      subject,
      hostId,
      input,
      output,
      host: () => this.session(hostIdOf(hostId, name)),
      hostOf: (id) => this.session(id),
      outputOf: (other, id) =>
        this.journal.steps.find((candidate) => candidate.name === other && candidate.hostId === id)?.output ?? null,
      signal: this.signal,
    };
  }
}

const isPassing = (finding: Finding): boolean => PASSING.has(finding.code);
const always = (): boolean => true;

const hostIdOf = (hostId: string | null, step: string): string => {
  if (hostId === null) throw new Error(`the step "${step}" works on no host`);
  return hostId;
};
