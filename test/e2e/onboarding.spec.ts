import { expect, it } from 'vitest';
import type { JobView, VoteView } from './client.ts';
import { codesOf, describeWorld, stepsOf, treesOf, watched } from './world.ts';

interface Problem {
  readonly code: string;
  readonly findings: readonly { readonly code: string; readonly severity: string }[];
}

interface Transcript {
  readonly items: readonly {
    readonly command: string;
    readonly exitCode: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }[];
}

describeWorld('Onboarding', {}, (world) => {
  const ids: Record<string, string> = {};

  it('prepares a fresh arbiter: TLS demanded, unprivileged, a certificate of our CA', async () => {
    const { inventory, client, lab } = world();
    const plan = await client.post<{ allowed: boolean; steps: unknown[] }>('/v1/jobs', {
      kind: 'prepare-arbiter',
      arbiterId: inventory.arbiterId,
      dryRun: true,
    });
    expect(plan.allowed).toBe(true);
    const job = await inventory.prepareArbiter();
    expect(job.state, stepsOf(job)).toBe('done');
    const process = await lab.arbiter.run('ps -o user=,args= -C corosync-qnetd');
    expect(process.stdout).toMatch(/^coroqne\S*\s.*corosync-qnetd -f -s req$/m);
    expect((await lab.arbiter.run('certutil -L -d sql:/etc/corosync/qnetd/nssdb')).stdout).toMatch(/QNet CA\s+T,,/);
    expect((await lab.arbiter.run('certutil -K -d sql:/etc/corosync/qnetd/nssdb')).stdout).not.toMatch(/QNet CA/);
    expect((await lab.arbiter.run('cat /root/.ssh/authorized_keys')).stdout.trim().split('\n')).toHaveLength(1);
  });

  it('finds a prepared arbiter prepared, and does nothing', async () => {
    const { inventory, client } = world();
    const plan = await client.post<{ allowed: boolean; steps: unknown[]; findings: unknown }>('/v1/jobs', {
      kind: 'prepare-arbiter',
      arbiterId: inventory.arbiterId,
      dryRun: true,
    });
    expect(plan.steps).toEqual([]);
    expect(codesOf(plan.findings)).toContain('already_prepared');
  });

  it('plans without touching a file of any node', async () => {
    const { inventory, client } = world();
    ids['duo'] = await inventory.register('duo');
    const before = await treesOf(world(), 'duo');
    const { result: plan } = await watched(world(), ['duo'], () =>
      client.post<{
        allowed: boolean;
        steps: { name: string }[];
        quorum: { now: object; after: object; afterWithoutQdevice: object };
      }>('/v1/jobs', {
        kind: 'onboard',
        clusterId: ids['duo'],
        dryRun: true,
      }),
    );
    expect(plan.allowed).toBe(true);
    expect(plan.quorum.after).toEqual({
      expectedVotes: 3,
      quorum: 2,
      nodeVotes: 2,
      qdeviceVotes: 1,
      nodeLossesSurvived: 1,
    });
    expect(plan.quorum.afterWithoutQdevice).toMatchObject({ qdeviceVotes: 0, nodeLossesSurvived: 0 });
    expect(await treesOf(world(), 'duo')).toEqual(before);
  });

  it('gives two nodes their vote, with no inquorate moment (invariants 1, 2, 7, 13)', async () => {
    const { inventory, lab, client } = world();
    const before = await lab.host('duo-1').readFile('/etc/corosync/corosync.conf');
    const { result: job, record } = await watched(world(), ['duo'], () => inventory.onboard(ids['duo'] ?? ''));
    expect(job.state, stepsOf(job)).toBe('done');
    for (const node of lab.cluster('duo').nodes) {
      const { stdout } = await node.run('corosync-quorumtool -siH', { allowFailure: true });
      expect(stdout).toMatch(/^Flags: +Quorate Qdevice/m);
      expect(stdout).toMatch(/^0x00000000 +1 +Qdevice/m);
      const after = await node.readFile('/etc/corosync/corosync.conf');
      expect(after).toMatch(/tls: required/);
      expect(after).not.toMatch(/two_node/);
      expect(linesLost(before, after)).toEqual(['config_version', 'two_node']);
      expect((await node.run('systemctl is-enabled corosync-qdevice')).stdout.trim()).toBe('enabled');
    }
    expect(record.count()).toBeGreaterThan(20);
    const vote = await client.vote(ids['duo'] ?? '');
    expect(vote).toMatchObject({
      state: 'ok',
      arbiter: { vote: 'ack' },
      votes: { expected: 3, total: 3, quorum: 2, qdevice: 1 },
    });
  });

  it('keeps every command with its exit code, and no secret', async () => {
    const { client, service } = world();
    const jobs = await client.get<{ items: JobView[] }>(`/v1/jobs?clusterId=${ids['duo']}`);
    const transcript = await client.get<Transcript>(`/v1/jobs/${jobs.items[0]?.id}/transcript?limit=500`);
    expect(transcript.items.length).toBeGreaterThan(15);
    expect(transcript.items.every((entry) => entry.exitCode === 0)).toBe(true);
    const everything = JSON.stringify(transcript) + service.log;
    expect(everything).not.toMatch(/PRIVATE KEY/);
  });

  it('streams what happens as server-sent events, to the end of the job', async () => {
    const { client } = world();
    const jobs = await client.get<{ items: JobView[] }>(`/v1/jobs?clusterId=${ids['duo']}`);
    const response = await fetch(`${client.url}/v1/jobs/${jobs.items[0]?.id}/events`, {
      headers: { authorization: 'Bearer an-admin-token-for-tests-only-0123456789' },
    });
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(text).toMatch(/event: step\ndata: .*"name":"start-qdevice".*"state":"done"/);
    expect(text.trim().split('\n\n').at(-1)).toMatch(/event: job\ndata: .*"state":"done"/);
  });

  it('lists each node’s certificate as installed, and nobody’s for a year too long', async () => {
    const { client } = world();
    const { items } = await client.get<{
      items: { state: string; purpose: string; subject: string; notAfter: string }[];
    }>(`/v1/clusters/${ids['duo']}/certificates`);
    expect(items).toHaveLength(2);
    for (const item of items) {
      expect(item).toMatchObject({ state: 'installed', purpose: 'client', subject: 'CN=duo' });
      expect(Date.parse(item.notAfter)).toBeLessThan(Date.now() + 366 * 86_400_000);
    }
  });

  it('refuses three nodes until the risk is accepted, and says what the risk is', async () => {
    const { inventory, client } = world();
    ids['trio'] = await inventory.register('trio');
    const before = await treesOf(world(), 'trio');
    const answer = await client.ask<Problem>('POST', '/v1/jobs', { kind: 'onboard', clusterId: ids['trio'] });
    expect(answer.status).toBe(409);
    expect(codesOf(answer.body.findings)).toEqual(
      expect.arrayContaining([
        'odd_node_risk_not_accepted',
        'qdevice_single_point_of_failure',
        'last_node_overload',
        'ceph_stops_without_majority',
      ]),
    );
    expect(await treesOf(world(), 'trio')).toEqual(before);
  });

  it.each([
    ['quad', {}, { expected: 5, total: 5, quorum: 3, qdevice: 1 }],
    ['trio', { acceptOddNodeRisk: true }, { expected: 5, total: 5, quorum: 3, qdevice: 2 }],
    ['pve', {}, { expected: 3, total: 3, quorum: 2, qdevice: 1 }],
  ])('gives %s its vote, with no inquorate moment (invariant 1)', async (name, options, votes) => {
    const { inventory, client } = world();
    ids[name] ??= await inventory.register(name);
    const { result: job } = await watched(world(), [name], () => inventory.onboard(ids[name] ?? '', options));
    expect(job.state, stepsOf(job)).toBe('done');
    expect(await client.vote(ids[name] ?? '')).toMatchObject({ state: 'ok', votes });
  });

  it('writes Proxmox VE’s master copy, and every node follows it', async () => {
    const { lab } = world();
    const [first, second] = lab.cluster('pve').nodes;
    const master = await first?.readFile('/etc/pve/corosync.conf');
    expect(master).toMatch(/device \{/);
    expect(await first?.readFile('/etc/corosync/corosync.conf')).toBe(master);
    expect(await second?.readFile('/etc/corosync/corosync.conf')).toBe(master);
  });

  it('changes nothing of a cluster that is onboarded already', async () => {
    const { client } = world();
    const before = await treesOf(world(), 'duo');
    const answer = await client.ask<Problem>('POST', '/v1/jobs', { kind: 'onboard', clusterId: ids['duo'] });
    expect(answer.status).toBe(409);
    expect(codesOf(answer.body.findings)).toContain('already_onboarded');
    expect(await treesOf(world(), 'duo')).toEqual(before);
  });

  it('sees a node die, while the vote keeps the other one quorate', async () => {
    const { lab, client } = world();
    const id = ids['duo'] ?? '';
    const sampler = lab.sampler(['duo']);
    await sampler.start();
    const survivor = lab.host('duo-1');
    const since = (await survivor.run('date +%s')).stdout.trim();
    await lab.host('duo-2').powerOff();
    try {
      await voteBecomes(
        () => client.vote(id),
        (vote) => vote.state === 'at-risk' && vote.lossesSurvived.withArbiter === 0,
        60_000,
      );
      const record = await sampler.stop();
      expect(record.inquorate('duo-1')).toEqual([]);
      expect(record.count('duo-1')).toBeGreaterThan(40);
      // While corosync forms the new membership and asks the device (up to quorum.device.sync_timeout, 30 s), its
      // libraries answer nobody: for the time that the sampler cannot see, its own journal is the witness.
      const { stdout } = await survivor.run(`journalctl -u corosync -o cat --no-pager --since @${since}`);
      expect(stdout).toMatch(/Sync left\[1\]: 2/);
      expect(stdout).not.toMatch(/non-primary component/);
    } finally {
      await lab.host('duo-2').powerOn();
    }
    await voteBecomes(
      () => client.vote(id),
      ({ state }) => state === 'ok',
      150_000,
    );
    const history = await client.get<{ items: { from: string | null; to: string }[] }>(
      `/v1/clusters/${id}/vote-history`,
    );
    expect(history.items.map(({ to }) => to).slice(0, 2)).toEqual(['ok', 'at-risk']);
  });

  it('votes go on while the service is dead (invariant 30)', async () => {
    const { service } = world();
    await service.kill();
    const { record } = await watched(
      world(),
      ['duo', 'quad', 'trio', 'pve'],
      () => new Promise((resolve) => setTimeout(resolve, 3_000)),
    );
    expect(record.withoutDeviceVote()).toEqual([]);
    await service.restart();
  });
});

/** The keys of the lines that are in the one text and not in the other. */
const linesLost = (before: string, after: string): string[] => {
  const kept = new Set(after.split('\n').map((line) => line.trim()));
  return before
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !kept.has(line))
    .map((line) => line.split(':')[0] ?? '')
    .sort();
};

const voteBecomes = async (
  look: () => Promise<VoteView>,
  asWanted: (vote: VoteView) => boolean,
  timeoutMs: number,
): Promise<void> => {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const vote = await look();
    if (asWanted(vote)) return;
    if (performance.now() > until) throw new Error(`the vote did not become what was wanted: ${JSON.stringify(vote)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};
