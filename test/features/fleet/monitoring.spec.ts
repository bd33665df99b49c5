import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QnetdInstance } from '../../../src/arbiters/arbiter.entity.ts';
import { Certificate } from '../../../src/certificates/certificate.entity.ts';
import type { HostAddress } from '../../../src/core/names.ts';
import { Job } from '../../../src/jobs/job.entity.ts';
import { randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { insertRows } from '../../../src/platform/database/rows.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import { SSH, type Ssh, type SshTarget } from '../../../src/platform/ssh/ssh.ts';
import { startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';
import { putInstanceState, putState } from '../vote-rows.ts';

const DOCKER = join(import.meta.dirname, '../../../docker');
const textOf = (file: string): string => readFileSync(join(DOCKER, file), 'utf8');
const DASHBOARD = textOf('grafana/dashboards/umpire.json');
const RULES = textOf('prometheus/umpire.rules.yml');
const RULE_TESTS = textOf('prometheus/umpire.test.yml');
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

interface Panel {
  readonly title: string;
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly expr: string }[];
}
const { panels } = JSON.parse(DASHBOARD) as { panels: readonly Panel[] };
const EXPRESSIONS = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** A figure of ours, or of the process. Behind a colon stands the name of a recorded rule. */
const METRIC = /(?<![\w:])((?:umpire|nodejs|process)_\w+)(?!:)/g;
/** Labels that Prometheus itself adds to what it scrapes, and those that a histogram has. */
const ADDED = ['instance', 'job', 'le'];

describe('the dashboard and the alert rules', () => {
  let app: JobsApp;
  /** The labels of each metric that the service tells. */
  const told = new Map<string, Set<string>>();
  const labelsOf = (metric: string) => told.get(metric) ?? told.get(metric.replace(/_(bucket|count|sum)$/, ''));

  beforeAll(async () => {
    app = await startJobsApp();
    await app.ended(await app.onboard());
    await putState(app, app, 'ok');
    const { body } = await app.admin.get(`/v1/arbiters/${app.arbiterId}`).expect(200);
    await putInstanceState(app, { instanceId: body.instances[0].id, arbiterId: app.arbiterId }, 'ok');
    await everythingThatHappensSeldom(app, body.instances[0].id as string);
    const { text } = await app.nobody.get('/metrics').expect(200);
    for (const name of all(text, /^# TYPE (\S+)/gm)) told.set(name, new Set(ADDED));
    for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} /gm))
      for (const label of all(labels, /(\w+)="/g)) labelsOf(name)?.add(label);
  });
  afterAll(() => app.close());

  it.each([
    ['the dashboard', EXPRESSIONS.join('\n')],
    ['the rules', RULES.replace(/^ +(summary|description):.*$/gm, '')],
  ])('%s name only figures that the service tells', (_, text) => {
    const named = [...new Set(all(text.replace(/^ *#.*$/gm, ''), METRIC))];
    expect(named.length).toBeGreaterThan(7);
    expect(named.filter((name) => labelsOf(name) === undefined)).toEqual([]);
  });

  it.each([
    ['the dashboard', EXPRESSIONS.join('\n')],
    ['the rules', RULES],
  ])('%s ask only for labels that the figures have', (_, text) => {
    const asked = [...text.matchAll(/(?<![\w:])(umpire_\w+)\{([^}]*)\}/g)];
    expect(asked.length).toBeGreaterThan(5);
    for (const [, metric = '', selector = ''] of asked)
      for (const label of all(selector, /(\w+)(?==|!=|=~)/g))
        expect([...(labelsOf(metric) ?? [])], metric).toContain(label);
  });

  it('the tests of the rules are on figures as the service tells them', () => {
    const series = [...RULE_TESTS.matchAll(/series: '(umpire_\w+)\{([^}]*)\}'/g)];
    expect(series.length).toBeGreaterThan(15);
    for (const [, metric = '', labels = ''] of series)
      for (const label of all(labels, /(\w+)="/g)) expect([...(labelsOf(metric) ?? [])], metric).toContain(label);
  });

  it('each alert rule has a test that sees it fire', () => {
    const alerts = all(RULES, /- alert: (\w+)/g);
    const seen = all(RULE_TESTS, /alertname: (\w+)\n +exp_alerts:\n/g);
    expect(alerts.filter((alert) => !seen.includes(alert))).toEqual([]);
  });

  it('are told of in the document, each figure of ours by its name', () => {
    const document = readFileSync(join(DOCKER, '../docs/metrics.md'), 'utf8');
    const ours = [...told.keys()].filter((name) => name.startsWith('umpire_'));
    expect(ours.length).toBeGreaterThan(15);
    expect(ours.filter((name) => !document.includes(`\`${name}`))).toEqual([]);
  });

  it('each panel asks the source that is provisioned', () => {
    const [uid] = all(textOf('grafana/provisioning/datasources/prometheus.yaml'), /uid: (\S+)/g);
    expect(panels.length).toBeGreaterThan(15);
    for (const panel of panels) expect(panel.datasource.uid, panel.title).toBe(uid);
  });
});

/** A frozen job, a certificate of qnetd's own, and a host that cannot be reached: each has labels of its own. */
const everythingThatHappensSeldom = async ({ database, umpire, ssh, arbiterId }: JobsApp, instanceId: string) => {
  const { manager } = database.read;
  const [job] = await manager.find(Job);
  const [certificate] = await manager.find(Certificate);
  if (!job || !certificate) throw new Error('nothing was onboarded');
  await database.write(async (tx) => {
    await insertRows(tx, Job, { ...job, id: randomUUIDv7(), arbiterId, state: 'frozen' });
    await tx.manager.update(QnetdInstance, { id: instanceId }, { serverCertificateId: certificate.id });
  });
  ssh.answer = () => Promise.reject(new SshFailure('ssh_unreachable', 'h' as HostAddress));
  await expect(umpire.app.get<Ssh>(SSH).connect({} as SshTarget, { deadlineMs: 1_000 })).rejects.toThrow(SshFailure);
};

const promtool = (...args: string[]) =>
  spawnSync('promtool', args, { cwd: join(DOCKER, 'prometheus'), encoding: 'utf8' });
const isThere = promtool('--version').status === 0;

/** Where nothing may be skipped, its absence is a failure. */
const isSkipped = !isThere && !process.env['CI'];
const whySkipped = isSkipped ? ' (skipped: it is not here; "sh test/machine/install.sh prometheus" installs it)' : '';

describe.skipIf(isSkipped)(`promtool${whySkipped}`, () => {
  it.each([
    ['accepts the configuration', ['check', 'config', 'prometheus.yml']],
    ['accepts the rules', ['check', 'rules', 'umpire.rules.yml']],
    ['sees each rule fire when it should, and not before', ['test', 'rules', 'umpire.test.yml']],
  ])('%s', (_, args) => {
    const { status, stdout, stderr } = promtool(...args);
    expect(stdout + stderr).not.toMatch(/FAILED/);
    expect(status).toBe(0);
  });

  it('understands every question of the dashboard', () => {
    const rules = EXPRESSIONS.map((expr, index) => ({
      ...{ record: `asked:${index}`, expr: expr.replaceAll('$customer', '.*').replaceAll('$arbiter', '.*') },
    }));
    const folder = mkdtempSync(join(tmpdir(), 'umpire-dashboard-'));
    const file = join(folder, 'dashboard.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { status, stdout, stderr } = promtool('check', 'rules', file);
    rmSync(folder, { recursive: true });
    expect(stdout + stderr).not.toMatch(/FAILED/);
    expect(status).toBe(0);
  });

  it('accepts what the service tells', async () => {
    const app = await startJobsApp();
    await app.ended(await app.onboard());
    const { text } = await app.nobody.get('/metrics').expect(200);
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    // It lints too: prom-client names the process's own figures, and people count a certificate's time in days.
    const complaints = (stdout + stderr).split('\n').filter((line) => /umpire_|error while/.test(line));
    expect(complaints.filter((line) => !line.startsWith('umpire_certificate_days_left use base unit'))).toEqual([]);
    await app.close();
  });
});
