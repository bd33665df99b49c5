import { expect, it } from 'vitest';
import { describeWorld, configsAt, differencesSince, stepsOf, treesAt, watched } from './world.ts';
import type { Finding, VoteView } from './client.ts';

const PORT = 8750;
/** The controller as the nodes see it. */
const REPORT_TO = `http://10.77.0.1:${PORT}`;

interface Sourced extends VoteView {
  readonly sources: readonly { readonly source: string; readonly at: string }[];
}

const codesOf = ({ findings }: { readonly findings: readonly Finding[] }): string[] => findings.map(({ code }) => code);

describeWorld('The agent on a node', { env: { UMPIRE_LISTEN: `0.0.0.0:${PORT}` } }, (world) => {
  let id = '';
  let before: Awaited<ReturnType<typeof treesAt>>;
  let pristine: Awaited<ReturnType<typeof treesAt>>;
  let configs: readonly string[];

  const vote = () => world().client.get<Sourced>(`/v1/clusters/${id}/vote`);
  const metric = async (outcome: string): Promise<number> => {
    const text = await (await fetch(`${world().client.url}/metrics`)).text();
    return Number(new RegExp(`umpire_reports_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]);
  };
  const until = async <T>(
    ask: () => Promise<T>,
    isSo: (value: T) => boolean,
    withinMs: number,
  ): Promise<[T, number]> => {
    const begun = performance.now();
    for (;;) {
      const value = await ask();
      const took = performance.now() - begun;
      if (isSo(value)) return [value, took];
      if (took > withinMs) throw new Error(`not so within ${withinMs} ms: ${JSON.stringify(value)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  it('is put on every node by a job, without an inquorate moment, and is heard before that is done (invariant 1)', async () => {
    const { inventory, client, lab } = world();
    expect((await inventory.prepareArbiter()).state).toBe('done');
    id = await inventory.register('duo');
    pristine = await treesAt(lab, 'duo');
    expect((await inventory.onboard(id)).state).toBe('done');
    before = await treesAt(lab, 'duo');
    configs = await configsAt(lab, 'duo');
    const { result: job } = await watched(world(), ['duo'], () =>
      client.run({ kind: 'install-agent', clusterId: id, options: { reportTo: REPORT_TO } }),
    );
    expect(job.state, stepsOf(job)).toBe('done');
    expect(codesOf(job)).toEqual(['report_target_in_clear']);
    expect((await vote()).sources.filter(({ source }) => source === 'push')).toHaveLength(2);
    expect(await vote()).toMatchObject({ state: 'ok', findings: [] });
  });

  it('shows its token to nobody on the node, and may do next to nothing there', async () => {
    const node = world().lab.host('duo-1');
    expect((await node.run('stat -c "%a %U" /etc/umpire-agent /etc/umpire-agent/curl.conf')).stdout).toBe(
      '700 root\n600 root\n',
    );
    const token = /ump_\S+(?=")/.exec(await node.readFile('/etc/umpire-agent/curl.conf'))?.[0] ?? '';
    expect(token).toMatch(/^ump_[0-9a-f-]{36}_[0-9a-f]{64}$/);
    const seen = await node.run(
      'for try in 1 2 3 4 5 6 7 8; do cat /proc/[0-9]*/cmdline; sleep 0.5; done | tr "\\0" " "; journalctl -u umpire-agent',
      { allowFailure: true },
    );
    expect(seen.stdout).toContain('umpire-agent');
    expect(seen.stdout).not.toContain(token);
    const pid = (await node.run('systemctl show -p MainPID --value umpire-agent')).stdout.trim();
    const status = await node.readFile(`/proc/${pid}/status`);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
  });

  it('has the state fall within ten seconds when qdevice stops, by its word alone: nobody else reaches the node', async () => {
    const { client, lab } = world();
    const node = lab.host('duo-2');
    await lab.refuse('duo-2', 22);
    const stoppedAt = new Date().toISOString();
    await node.run('systemctl stop corosync-qdevice');
    const [fallen, tookMs] = await until(vote, (now) => codesOf(now).includes('qdevice_down'), 10_000);
    expect(fallen.state).toBe('at-risk');
    expect(tookMs).toBeLessThan(10_000);
    expect(fallen.sources.some(({ source, at }) => source === 'push' && at > stoppedAt)).toBe(true);
    const { items } = await client.get<{ items: readonly object[] }>(
      `/v1/clusters/${id}/vote-history?from=${stoppedAt}`,
    );
    expect(items.length).toBeGreaterThan(0);
  });

  it('does not raise it again by itself: that takes a look of ours (invariant 21)', async () => {
    const { client, lab } = world();
    const taken = await metric('taken');
    await lab.host('duo-2').run('systemctl start corosync-qdevice');
    await until(
      () => metric('taken'),
      (now) => now > taken,
      10_000,
    );
    await until(vote, (now) => !codesOf(now).includes('qdevice_down'), 20_000);
    expect((await vote()).state).not.toBe('ok');
    await lab.heal(['duo-2']);
    const verified = await client.run({ kind: 'verify', clusterId: id });
    expect(verified.state, stepsOf(verified)).toBe('done');
    await until(vote, ({ state }) => state === 'ok', 30_000);
  });

  it('counts on over a reboot, with higher numbers than before', async () => {
    const node = world().lab.host('duo-2');
    const number = async () => Number(await node.readFile('/var/lib/umpire-agent/sequence'));
    const last = await number();
    await node.powerOff();
    await node.powerOn();
    const taken = await metric('taken');
    await until(
      () => metric('taken'),
      (now) => now > taken,
      20_000,
    );
    expect(await number()).toBeGreaterThan(last + 1);
    expect(await metric('replayed')).toBe(0);
  });

  it('can say the same twice, which changes nothing (invariant 21)', async () => {
    const { client, lab } = world();
    const node = lab.host('duo-1');
    const token = /ump_\S+(?=")/.exec(await node.readFile('/etc/umpire-agent/curl.conf'))?.[0] ?? '';
    expect((await client.run({ kind: 'verify', clusterId: id })).state).toBe('done');
    await until(vote, ({ state }) => state === 'ok', 30_000);
    const history = () => client.get<{ items: object[] }>(`/v1/clusters/${id}/vote-history`);
    const before = await history();
    const gone = { exitCode: 1, stdout: '', stderr: 'Cannot initialize CMAP service\n' };
    const replayed = await metric('replayed');
    for (const sequence of [1, 2, 3]) {
      const answer = await fetch(`${client.url}/v1/clusters/${id}/readings`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ sequence, sentAt: new Date().toISOString(), tools: { quorum: gone, device: gone } }),
      });
      expect(answer.status).toBe(204);
    }
    expect(await metric('replayed')).toBe(replayed + 3);
    expect(await history()).toEqual(before);
    expect((await vote()).state).toBe('ok');
  });

  it('leaves no trace when a job takes it away', async () => {
    const { client, lab } = world();
    const { result: job } = await watched(world(), ['duo'], () => client.run({ kind: 'remove-agent', clusterId: id }));
    expect(job.state, stepsOf(job)).toBe('done');
    expect(job.steps.map(({ finding }) => finding)).toEqual([null, null, null]);
    expect(await differencesSince(lab, 'duo', before)).toEqual([]);
    expect(await configsAt(lab, 'duo')).toEqual(configs);
    for (const node of lab.cluster('duo').nodes) {
      const { stdout } = await node.run('systemctl list-units --all "umpire*"; ls /run', { allowFailure: true });
      expect(stdout).not.toMatch(/umpire-agent/);
    }
    expect((await vote()).sources.map(({ source }) => source)).not.toContain('push');
  });

  it('goes with the device when the cluster is off-boarded (invariant 27)', async () => {
    const { client, inventory, lab } = world();
    const options = { reportTo: REPORT_TO };
    expect((await client.run({ kind: 'install-agent', clusterId: id, options })).state).toBe('done');
    const job = await inventory.offboard(id);
    expect(job.state, stepsOf(job)).toBe('done');
    expect(await differencesSince(lab, 'duo', pristine)).toEqual([]);
  });
});
