import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, plus } from '../../../src/core/time.ts';
import { Certificate } from '../../../src/certificates/certificate.entity.ts';
import { Customer } from '../../../src/customers/customer.entity.ts';
import { eventually, startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';
import { putInstanceState, putState } from '../vote-rows.ts';

describe('the figures for Prometheus', () => {
  let app: JobsApp;
  /** The labels of the cluster. */
  let labels: string;
  beforeAll(async () => {
    app = await startJobsApp();
    await app.ended(await app.onboard());
    await app.database.write(async (tx) => {
      await tx.manager.update(Customer, { id: app.customerId }, { name: 'Müller "& Sons"' });
    });
    labels = String.raw`customer="Müller \"& Sons\"",cluster="c1",arbiter="north",cluster_id="${app.clusterId}"`;
  });
  afterAll(() => app.close());

  const text = async () => (await app.nobody.get('/metrics').expect(200)).text;
  const lines = async (name: string) => (await text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  /** The watch may still be writing down what it saw after the onboarding: until that is done it is told again. */
  const told = (
    name: string,
    state: Parameters<typeof putState>[2],
    expected: readonly string[],
    changes: Parameters<typeof putState>[3] = {},
  ) =>
    eventually(
      async () => {
        await putState(app, app, state, changes);
        return lines(name);
      },
      (found) => JSON.stringify(found) === JSON.stringify(expected),
    );

  it('tell the vote of each cluster by its state and presence, with customer, cluster and arbiter', async () => {
    await told('umpire_vote_state', 'ok', [`umpire_vote_state{${labels},state="ok",presence="present"} 1`]);
    await told('umpire_vote_state', 'at-risk', [`umpire_vote_state{${labels},state="at-risk",presence="degraded"} 1`]);
    await told('umpire_vote_losses_survived', 'ok', [
      `umpire_vote_losses_survived{${labels},with="arbiter"} 1`,
      `umpire_vote_losses_survived{${labels},with="nodes-alone"} 0`,
    ]);
  });

  it('tell it as unknown, and no losses survived, once its views have gone stale (invariant 21)', async () => {
    const stale = { freshUntil: plus(app.clock.now(), -HOUR_MS) };
    const unknown = [`umpire_vote_state{${labels},state="unknown",presence="unknown"} 1`];
    await told('umpire_vote_state', 'ok', unknown, stale);
    await told('umpire_vote_losses_survived', 'ok', [], stale);
  });

  it('tell how old the views of each source are', async () => {
    const { body } = await app.admin.get(`/v1/arbiters/${app.arbiterId}`).expect(200);
    await putInstanceState(app, { instanceId: body.instances[0].id, arbiterId: app.arbiterId }, 'degraded', {
      judgedAt: plus(app.clock.now(), -42_000),
      clients: 7,
    });
    const ages = await lines('umpire_view_age_seconds');
    expect(ages).toContain('umpire_view_age_seconds{arbiter="north",qnetd="shared",source="arbiter"} 42');
    expect(ages.filter((line) => line.includes('source="node"'))).toHaveLength(1);
    expect(await lines('umpire_arbiter_state')).toEqual([
      'umpire_arbiter_state{arbiter="north",qnetd="shared",state="degraded"} 1',
    ]);
    expect(await lines('umpire_arbiter_clients')).toEqual(['umpire_arbiter_clients{arbiter="north",qnetd="shared"} 7']);
  });

  it('tell how many days the first of a cluster’s installed certificates has left', async () => {
    const [first] = await app.database.read.manager.findBy(Certificate, {
      clusterId: app.clusterId,
      state: 'installed',
    });
    const soon = async (days: number) => {
      const notAfter = plus(app.clock.now(), days * DAY_MS);
      await app.database.write(async (tx) => {
        await tx.manager.update(Certificate, { id: first?.id ?? '' }, { notAfter });
      });
      return lines('umpire_certificate_days_left');
    };
    expect(await soon(12.5)).toEqual([`umpire_certificate_days_left{${labels},purpose="client"} 12.5`]);
    expect(await soon(-2)).toEqual([`umpire_certificate_days_left{${labels},purpose="client"} -2`]);
  });

  it('tell of jobs, the queue, SSH, and whether all is frozen', async () => {
    const all = await text();
    expect(all).toMatch(/^umpire_job_duration_seconds_count\{kind="onboard",state="done"\} 1$/m);
    expect(all).toMatch(/^umpire_queue_up 1$/m);
    expect(all).toMatch(/^umpire_queue_depth\{work="run-job",state="waiting"\} \d+$/m);
    expect(all).toMatch(/^umpire_ssh_connections \d+$/m);
    expect(all).toMatch(/^umpire_ssh_script_duration_seconds_count\{script="reload.sh",outcome="ok"\} \d+$/m);
    expect(all).toMatch(/^umpire_ssh_login_duration_seconds_count\{outcome="ok"\} \d+$/m);
    expect(all).toMatch(/^umpire_service_frozen 0$/m);
    expect(all).toMatch(/^umpire_fleet_read 1$/m);
    await app.admin.post('/v1/freeze').send({ reason: 'A test' }).expect(200);
    expect(await text()).toMatch(/^umpire_service_frozen 1$/m);
  });

  it('have no series twice, which Prometheus would refuse all of them for', async () => {
    const series = (await text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const names = series.map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(new Set(names).size).toBe(names.length);
  });

  it('name no host, and hold each family in one piece', async () => {
    const all = await text();
    expect(all).not.toContain('10.77.');
    const families = all.split('\n').filter((line) => line.startsWith('# TYPE '));
    expect(new Set(families).size).toBe(families.length);
  });
});

describe('a scrape while the database is away', () => {
  it('tells what the process knows itself, and that the rest could not be read', async () => {
    const app = await startJobsApp();
    await app.database.close();
    const { text } = await app.nobody.get('/metrics').expect(200);
    expect(text).toMatch(/^umpire_fleet_read 0$/m);
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    expect(text).not.toMatch(/^umpire_service_frozen /m);
    await app.umpire.app.close();
  });
});
