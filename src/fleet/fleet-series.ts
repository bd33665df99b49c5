import { stateNow } from '../core/quorum/state-now.ts';
import { DAY_MS, SECOND_MS, type Instant } from '../core/time.ts';
import { GaugeFamily, labelText } from '../platform/metrics/exposition.ts';
import type { InstanceHealth, JobCount } from './fleet.store.ts';
import type { ClusterFigures, OwnCertificate } from './series.store.ts';

/** The series of one scrape: what it tells of the fleet, family by family. */
export class FleetSeries {
  readonly #now: Instant;
  readonly #state = new GaugeFamily(
    'umpire_vote_state',
    'Always 1: the labels state and presence say how the vote of the cluster is now.',
  );
  readonly #since = new GaugeFamily(
    'umpire_vote_state_since_timestamp_seconds',
    'Since when the cluster is in its state.',
  );
  readonly #losses = new GaugeFamily(
    'umpire_vote_losses_survived',
    'How many more nodes the cluster may lose, with and without its arbiter.',
  );
  readonly #ages = new GaugeFamily('umpire_view_age_seconds', 'How long ago each source was looked at last.');
  readonly #certificates = new GaugeFamily(
    'umpire_certificate_days_left',
    'Days until the first of the installed certificates ends; negative afterwards.',
  );
  readonly #arbiters = new GaugeFamily(
    'umpire_arbiter_state',
    'Always 1: the label state says how the qnetd instance was at the last look.',
  );
  readonly #clients = new GaugeFamily('umpire_arbiter_clients', 'Clients that the qnetd instance listed.');
  readonly #jobs = new GaugeFamily('umpire_jobs', 'Jobs that are queued, running or frozen.');
  readonly #frozen = new GaugeFamily('umpire_service_frozen', '1 while all work on hosts is frozen.');
  readonly #read = new GaugeFamily('umpire_fleet_read', '0 when the database could not be read for this scrape.');

  constructor(now: Instant) {
    this.#now = now;
  }

  cluster({ clusterId, cluster, customer, arbiter, vote, certificateEnds, looks }: ClusterFigures): void {
    const labels = labelText({ customer, cluster, arbiter, cluster_id: clusterId });
    const state = stateNow(vote, this.#now);
    const presence = state === 'unknown' ? 'unknown' : (vote?.presence ?? 'unknown');
    this.#state.set(`${labels},state="${state}",presence="${presence}"`, 1);
    const since = vote?.state === state ? vote.since : vote?.freshUntil;
    if (since) this.#since.set(labels, since / SECOND_MS);
    if (vote && state !== 'unknown') this.#lossesOf(labels, vote.lossesWithArbiter, vote.lossesWithoutArbiter);
    for (const { source, at } of looks) this.#ages.set(`${labels},source="${source}"`, this.#age(at));
    if (certificateEnds !== null) this.#certificates.set(`${labels},purpose="client"`, this.#daysTo(certificateEnds));
  }

  instance({ arbiter, instance, row }: InstanceHealth): void {
    const labels = labelText({ arbiter, qnetd: instance });
    this.#arbiters.set(`${labels},state="${row?.state ?? 'unknown'}"`, 1);
    if (row && row.clients !== null) this.#clients.set(labels, row.clients);
    if (row) this.#ages.set(`${labels},source="arbiter"`, this.#age(row.judgedAt));
  }

  certificate({ purpose, arbiter, instance, notAfter }: OwnCertificate): void {
    this.#certificates.set(labelText({ arbiter, qnetd: instance, purpose }), this.#daysTo(notAfter));
  }

  jobs({ kind, state, jobs }: JobCount): void {
    this.#jobs.set(labelText({ kind, state }), jobs);
  }

  service({ frozen, read }: { readonly frozen?: boolean; readonly read: boolean }): void {
    if (frozen !== undefined) this.#frozen.set('', frozen ? 1 : 0);
    this.#read.set('', read ? 1 : 0);
  }

  families(): readonly GaugeFamily[] {
    return [
      ...[this.#state, this.#since, this.#losses, this.#ages, this.#certificates],
      ...[this.#arbiters, this.#clients, this.#jobs, this.#frozen, this.#read],
    ];
  }

  #lossesOf(labels: string, withArbiter: number | null, withoutArbiter: number | null): void {
    if (withArbiter !== null) this.#losses.set(`${labels},with="arbiter"`, withArbiter);
    if (withoutArbiter !== null) this.#losses.set(`${labels},with="nodes-alone"`, withoutArbiter);
  }

  #age(at: Instant): number {
    return Math.max(0, this.#now - at) / SECOND_MS;
  }

  #daysTo(at: Instant): number {
    return Math.round(((at - this.#now) / DAY_MS) * 1_000) / 1_000;
  }
}
