import { expect } from 'vitest';
import type { LabHost } from '../lab/host.ts';
import { SampleRecord } from '../lab/record.ts';
import type { Sampler } from '../lab/sampler.ts';
import { treeDiff, type FileTree } from '../lab/tree.ts';
import { until } from '../lab/waiting.ts';
import { ACCEPTED } from './bad-worlds.ts';
import type { Client, Finding } from './client.ts';
import { onEach } from './hand-edits.ts';
import { codesOf, type World } from './world.ts';

export interface Answered {
  readonly code?: string;
  readonly detail?: string;
  readonly allowed?: boolean;
  readonly steps?: readonly unknown[];
  readonly findings?: readonly Finding[];
}

interface Asked {
  readonly kind: string;
  readonly clusterId?: string;
  readonly arbiterId?: string;
  readonly options?: Record<string, unknown>;
}

/** A refusal must come before a person gives up waiting: ten seconds for a connection, fifteen for a look, and then some. */
const ANSWER_MS = 60_000;

/**
 * Does something and asserts that none of these nodes, which the sampler watches all the time, was inquorate meanwhile
 * (invariant 1).
 */
export const quorate = async (sampler: Sampler, nodes: readonly string[], work: () => Promise<void>): Promise<void> => {
  const begun = Date.now();
  await work();
  const record = await sampler.record();
  const series = nodes.map((node) => ({ node, cluster: '', samples: record.samples(node) }));
  new SampleRecord(series, begun, record.end).assertNeverInquorate({ maxGapMs: 1_500, minPerSecond: 8 });
};

/** Takes every cluster out of a service's inventory; none of them is onboarded. */
export const forgetClusters = async (client: Client): Promise<void> => {
  const { items } = await client.get<{ items: { id: string }[] }>('/v1/clusters');
  for (const { id } of items) {
    const { headers } = await client.ask('GET', `/v1/clusters/${id}`);
    const ifMatch = { 'if-match': headers.get('etag') ?? '' };
    const deleted = await client.ask('DELETE', `/v1/clusters/${id}`, undefined, ifMatch);
    expect(deleted.status, JSON.stringify(deleted.body)).toBe(204);
  }
};

/** Registers a cluster, as the lab has it but for the changes, as the only one: each test begins alike. */
export const registered = async (
  { client, inventory }: World,
  name: string,
  changes?: Record<string, unknown>,
): Promise<string> => {
  await forgetClusters(client);
  return inventory.register(name, changes);
};

/**
 * Asks for a job, and for its plan, and asserts that both are refused in time for the same reasons, that no job came of
 * it, and that the file trees of these hosts are what they were.
 */
export const refused = async (
  { client }: World,
  asked: Asked,
  hosts: readonly LabHost[],
): Promise<readonly Finding[]> => {
  const before = await treesOf(hosts);
  const jobs = await client.get('/v1/jobs');
  const begun = performance.now();
  const [answer, dry] = await Promise.all([
    client.ask<Answered>('POST', '/v1/jobs', asked),
    client.ask<Answered>('POST', '/v1/jobs', { ...asked, dryRun: true }),
  ]);
  expect(performance.now() - begun).toBeLessThan(ANSWER_MS);
  expect(answer.status, JSON.stringify(answer.body)).toBe(409);
  expect(dry).toMatchObject({ status: 200, body: { allowed: false, steps: [] } });
  expect(codesOf(dry.body.findings)).toEqual(codesOf(answer.body.findings));
  expect(await client.get('/v1/jobs')).toEqual(jobs);
  expect(differences(before, await treesOf(hosts))).toEqual([]);
  return answer.body.findings ?? [];
};

/** Asserts that a cluster, registered as it is, can be onboarded, at the latest when its nodes have found together again. */
export const allowedAgain = async (world: World, cluster: string): Promise<void> => {
  const clusterId = await registered(world, cluster);
  const asked = { kind: 'onboard', clusterId, options: cluster === 'trio' ? ACCEPTED : {}, dryRun: true };
  let plan: Answered = {};
  const look = async (): Promise<boolean> => {
    plan = await world.client.post<Answered>('/v1/jobs', asked);
    return plan.allowed === true;
  };
  await until(`${cluster} may be onboarded`, look, { withinMs: ANSWER_MS, everyMs: 500 }).catch((late: unknown) => {
    throw new Error(`not allowed again: ${JSON.stringify(plan.findings)}`, { cause: late });
  });
  expect(plan.steps).not.toEqual([]);
};

interface HostTree {
  readonly name: string;
  readonly tree: FileTree;
}

export const treesOf = (hosts: readonly LabHost[]): Promise<HostTree[]> =>
  onEach(hosts, async (host) => ({ name: host.name, tree: await host.tree() }));

/** What differs on the hosts whose hashes differ. */
export const differences = (before: readonly HostTree[], after: readonly HostTree[]): string[] =>
  before.flatMap(({ name, tree }, index) => {
    const now = after[index]?.tree ?? tree;
    return now.digest === tree.digest ? [] : treeDiff(tree, now).map((line) => `${name}: ${line}`);
  });
