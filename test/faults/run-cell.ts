import type { JobView } from '../e2e/client.ts';
import { untilFormed } from '../lab/formation.ts';
import type { LabHost } from '../lab/host.ts';
import type { Lab } from '../lab/lab.ts';
import { until } from '../lab/waiting.ts';
import { idOf, type Cell } from './cell.ts';
import { faultNamed } from './catalogue/catalogue.ts';
import type { Fault, Scene } from './catalogue/fault.ts';
import type { FaultyService } from './faulty.ts';
import { judge, type Evidence, type JobEnd, type Verdict } from './judge.ts';
import { kindNamed, type JobKindRow } from './kinds.ts';
import type { Lane } from './lane.ts';
import type { Removal } from './quorum-loss.ts';
import { differencesOf, snapshotOf } from './snapshot.ts';

/** From the end of the fault; an undo alone is tried for 16 s, and a command may wait for its deadline (docs/jobs.md). */
const END_MS = 120_000;
const REACH_MS = 90_000;
const VOTE_MS = 60_000;

/** What one cell came to, as one line of the results. */
export interface CellResult extends Verdict {
  readonly id: string;
  readonly cell: Cell;
  readonly ms: number;
  readonly end: JobEnd | null;
  readonly thawed: JobEnd | null;
  /** The code of what went wrong in the job, where something did. */
  readonly finding: string | null;
  readonly jobId: string;
}

/** Runs one cell on a lane: its job, the fault at its moment, and the judgement of what is left. */
export const runCell = async (lab: Lab, lane: Lane, cell: Cell): Promise<CellResult> => {
  const fault = faultNamed(cell.fault);
  const kind = kindNamed(cell.kind);
  await lane.beginCell();
  const expected = await lane.expected(kind.to);
  await lane.bring(kind.from);
  const service = await lane.service({ redis: fault.redis ?? false });
  const before = await snapshotOf(lane.hosts);
  const from = Date.now();
  const run = await carried(lab, lane, service, cell, fault, kind);
  const last = run.thawed ?? run.end;
  const vote = last === 'done' && kind.givesVote ? await voteOf(lane) : null;
  const left = last === 'done' ? await lane.clearLeftovers(kind) : null;
  const after = await snapshotOf(lane.hosts);
  const differences = last === 'done' ? differencesOf(expected, after, { alike: true }) : differencesOf(before, after);
  const { finding, jobId, ...seen } = run;
  const evidence: Evidence = {
    ...{ ...seen, mishaps: left === null ? seen.mishaps : [...seen.mishaps, left] },
    ...{ from, to: Date.now(), series: await since(lane, from), vote, givesVote: kind.givesVote, differences },
  };
  const verdict = judge(evidence);
  lane.stage = verdict.outcome === 'FAILED' && !verdict.blind ? null : last === 'done' ? kind.to : kind.from;
  const { end, thawed } = run;
  return { id: idOf(cell), cell, ...verdict, ms: Date.now() - from, end, thawed, finding, jobId };
};

type Run = Pick<Evidence, 'end' | 'thawed' | 'removal' | 'editStands' | 'mishaps'> & {
  readonly finding: string | null;
  readonly jobId: string;
};

/** The job from its request to its end, with the fault in its midst. */
const carried = async (
  lab: Lab,
  lane: Lane,
  service: FaultyService,
  cell: Cell,
  fault: Fault,
  kind: JobKindRow,
): Promise<Run> => {
  await service.order({ kind: 'forget' });
  await fault.prepare?.(service, cell);
  if (cell.way === 'undo') await service.order({ kind: 'fail-last' });
  const { way, step, moment } = cell;
  const point = { way, step, subject: lane.subjectOf(cell.part), moment };
  if (fault.stop !== 'none') await service.order({ kind: 'stop-at', point, then: fault.stop });
  const reachedBefore = service.timesReached;
  const { id: jobId } = await lane.ask(kind);
  const host = lane.hostOf(cell.part);
  const scene: Scene = {
    ...{ lab, cell, service, redis: lane.redis, jobId, host },
    other: () => otherThan(host, lane.hosts),
    goOn: () => service.goOn(),
  };
  const mishaps: string[] = [];
  let removal: Removal | null = null;
  if (await reached(service, fault, reachedBefore, lane, jobId)) {
    const struckAt = Date.now();
    await fault.strike(scene);
    if (fault.takes)
      removal = { nodes: [fault.takes === 'host' ? host.name : scene.other().name], from: struckAt, to: Date.now() };
  } else mishaps.push('the moment of the fault never came');
  const ended = await endOf(lane, jobId);
  const editStands = (await fault.leaves?.stands(scene)) ?? null;
  await fault.leaves?.takeBack(scene);
  if (fault.takes && kind.on === 'cluster') await untilFormed(lane.hosts);
  const thawed = ended?.state === 'frozen' ? await thaw(lane, jobId) : null;
  const end = ended === null ? null : (ended.state as JobEnd);
  return { end, thawed, removal, editStands, mishaps, finding: causeOf(ended), jobId };
};

const otherThan = (host: LabHost, hosts: readonly LabHost[]): LabHost => {
  const other = hosts.find(({ name }) => name !== host.name);
  if (!other) throw new Error(`there is no other host than ${host.name}`);
  return other;
};

/** Whether the service came to the moment of the fault. A job that has ended before will never come there. */
const reached = async (
  service: FaultyService,
  { stop }: Fault,
  before: number,
  lane: Lane,
  jobId: string,
): Promise<boolean> => {
  if (stop === 'none') return true;
  let over = false;
  const isThere = (): boolean => (stop === 'die' ? !service.process.alive : service.timesReached > before);
  const watch = (async () => {
    while (!over && !isThere()) {
      const job = await lane.client.job(jobId).catch(() => null);
      if (job && ['done', 'undone', 'frozen', 'cancelled'].includes(job.state)) over = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  await until('the moment of the fault', () => isThere() || over, { withinMs: REACH_MS, everyMs: 5 }).catch(
    () => undefined,
  );
  over = true;
  await watch;
  return isThere();
};

const endOf = (lane: Lane, jobId: string): Promise<JobView | null> =>
  lane.client.jobEnd(jobId, { timeoutMs: END_MS, everyMs: 50 }).catch(() => null);

/** What a person does with a frozen job once the fault is over. */
const thaw = async (lane: Lane, jobId: string): Promise<JobEnd | null> => {
  await lane.client.post(`/v1/jobs/${jobId}/retry`);
  return ((await endOf(lane, jobId))?.state as JobEnd | undefined) ?? null;
};

const causeOf = (job: JobView | null): string | null =>
  job?.finding?.code === 'job_frozen'
    ? (job.steps.find(({ state }) => state === 'undo-failed')?.finding?.code ?? 'job_frozen')
    : (job?.finding?.code ?? null);

/** The vote once it is ok, or what it still is after a while: after a power cut a node comes back late. */
const voteOf = async (lane: Lane): Promise<string> => {
  let state = 'unknown';
  const { clusterId } = lane;
  if (clusterId === null) return state;
  const look = async (): Promise<boolean> => {
    ({ state } = await lane.client.vote(clusterId));
    return state === 'ok';
  };
  await until('the vote is ok', look, { withinMs: VOTE_MS, everyMs: 250 }).catch(() => undefined);
  return state;
};

const since = async (lane: Lane, from: number): Promise<Evidence['series']> =>
  (await lane.seen()).map((one) => ({ ...one, samples: one.samples.filter(({ at }) => at >= from) }));
