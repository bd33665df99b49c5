import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type Finding } from '../e2e/client.ts';
import { Inventory } from '../e2e/inventory.ts';
import { Lab } from '../lab/lab.ts';
import { LabPaths } from '../lab/paths.ts';
import type { Progress } from '../lab/progress.ts';
import { buildWhenStale } from '../machine/build.ts';
import { installLab } from '../machine/packages.ts';
import { runAndTell, type Following } from './follow-job.ts';
import { ServiceInLab } from './service-in-lab.ts';
import { tryNext } from './try-next.ts';
import { voteTable, type ClusterVote } from './vote-table.ts';
import { allAreOk, watchVotes, type Clusters } from './votes.ts';

/** Two nodes, four, and three, whose onboarding asks for the risk of an odd number to be accepted. */
const CLUSTERS = ['duo:2', 'quad:4', 'trio:3'];
const OPTIONS: Readonly<Record<string, Record<string, unknown>>> = { trio: { acceptOddNodeRisk: true } };
/** Each side of a vote is looked at again within this time. */
const VOTES_MS = 60_000;

export interface Demo {
  readonly labName: string;
  /** End with the first table. */
  readonly once: boolean;
  /** How far it is, line by line. */
  readonly say: Progress;
  /** What it has to show. */
  readonly show: (text: string) => void;
  readonly stop: AbortSignal;
  /** Takes what there is to be taken away at the end, whatever the end is. */
  readonly cleanup: AsyncDisposableStack;
}

interface Stage {
  readonly lab: Lab;
  readonly service: ServiceInLab;
  readonly client: Client;
  readonly token: string;
}

/**
 * The demo from an empty machine to three votes, and then for as long as `stop` is not given.
 * @throws Error that says what failed; the reason of `stop` when that came first
 */
export const play = async (demo: Demo): Promise<void> => {
  await prepare(demo);
  const stage = await setStage(demo);
  try {
    await perform(demo, stage);
  } catch (failure) {
    // A service that died is told of, rather than the request that it left unanswered; its end may be noticed a moment later.
    await pause(300);
    throw stage.service.fault === null ? failure : new Error(stage.service.fault, { cause: failure });
  }
};

const perform = async (demo: Demo, stage: Stage): Promise<void> => {
  const clusters = await onboardAll(demo, stage);
  demo.show(`\n${voteTable(await untilAllAreOk(demo, stage, clusters))}\n`);
  if (demo.once) return;
  const { service, token } = stage;
  const cluster = { name: 'duo', id: clusters.get('duo') ?? '' };
  demo.show(tryNext({ lab: demo.labName, url: service.url, token, logFile: service.logFile, cluster }));
  await keepShowing(demo, stage, clusters);
};

/** Makes sure of the lab's name, its packages and the service's build. */
const prepare = async ({ labName, say, stop }: Demo): Promise<void> => {
  if (existsSync(new LabPaths(labName).run)) {
    const down = `UMPIRE_LAB=${labName} npm run lab -- down`;
    throw new Error(`there is a lab named ${labName}, of a demo that runs or was killed; this takes it away: ${down}`);
  }
  say('looking whether Debian packages are missing');
  const obstacle = await installLab();
  stop.throwIfAborted();
  if (obstacle !== null) throw new Error(obstacle);
  say('looking whether the service has to be built');
  const exitCode = await buildWhenStale();
  stop.throwIfAborted();
  if (exitCode !== 0) throw new Error('the service does not build');
};

/** Brings up the hosts and the service between them. */
const setStage = async ({ labName, say, stop, cleanup }: Demo): Promise<Stage> => {
  say(`booting an arbiter and the nodes of ${CLUSTERS.map((spec) => spec.split(':')[0]).join(', ')}`);
  const lab = await Lab.up({ name: labName, clusters: CLUSTERS, arbiter: 'fresh', progress: say });
  cleanup.defer(async () => {
    say('taking the hosts away');
    await lab.down();
  });
  stop.throwIfAborted();
  const token = randomBytes(24).toString('base64url');
  const service = await ServiceInLab.start(lab, token);
  cleanup.defer(async () => {
    say('stopping the service');
    await service.stop();
  });
  say(`the service listens: ${service.url}`);
  stop.throwIfAborted();
  return { lab, service, client: new Client(service.url, token), token };
};

/** Registers everything as an MSP would, prepares the arbiter and onboards one cluster after the other. */
const onboardAll = async ({ say, stop }: Demo, { lab, client, token }: Stage): Promise<Clusters> => {
  const hostNames = new Map(lab.allHosts.map(({ address, name }) => [address, name]));
  const following: Following = { token, say, stop, hostNames };
  const inventory = await Inventory.begin(client, lab);
  say('registered: a customer, an SSH login, the arbiter');
  await runAndTell(client, 'prepare-arbiter', { kind: 'prepare-arbiter', arbiterId: inventory.arbiterId }, following);
  const clusters = new Map<string, string>();
  for (const { name } of lab.clusters) {
    stop.throwIfAborted();
    const clusterId = await inventory.register(name);
    const request = { kind: 'onboard', clusterId, options: OPTIONS[name] ?? {} };
    await tellPlan(client, name, request, say);
    await runAndTell(client, `onboard ${name}`, request, following);
    clusters.set(name, clusterId);
  }
  return clusters;
};

interface PlanView {
  readonly steps: readonly unknown[];
  readonly findings: readonly Finding[];
}

/** Tells what an onboarding would do and what it warns of, before anything is touched. */
const tellPlan = async (
  client: Client,
  name: string,
  request: Record<string, unknown>,
  say: Progress,
): Promise<void> => {
  const { steps, findings } = await client.post<PlanView>('/v1/jobs', { ...request, dryRun: true });
  const accepted = OPTIONS[name] === undefined ? '' : `, asked for with ${JSON.stringify(OPTIONS[name])}`;
  say(`onboard ${name}: ${steps.length} steps planned${accepted}`);
  for (const { severity, message } of findings) if (severity !== 'info') say(`  ${severity}: ${message}`);
};

const untilAllAreOk = async ({ stop }: Demo, { client }: Stage, clusters: Clusters): Promise<ClusterVote[]> => {
  const until = performance.now() + VOTES_MS;
  for await (const votes of watchVotes(client, clusters, stop)) {
    if (allAreOk(votes)) return votes;
    if (performance.now() > until)
      throw new Error(`not every vote is ok after ${VOTES_MS / 1000} s:\n${voteTable(votes)}`);
  }
  throw new Error('the votes are watched until something is thrown');
};

/** Shows the table again whenever anything in it has changed. */
const keepShowing = async ({ say, show, stop }: Demo, { client }: Stage, clusters: Clusters): Promise<void> => {
  let shown: string | undefined;
  for await (const votes of watchVotes(client, clusters, stop)) {
    const table = voteTable(votes);
    if (shown !== undefined && table !== shown) {
      say('the votes have changed');
      show(`${table}\n`);
    }
    shown = table;
  }
};
