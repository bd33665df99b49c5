import { Injectable } from '@nestjs/common';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database } from '../platform/database/database.ts';
import { Breath } from './breath.ts';
import { JudgeInstances } from './judge-instances.ts';
import { JudgeVotes } from './judge-votes.ts';
import { KeepStates } from './keep-states.ts';
import { NewestViews, sightOf } from './newest-views.ts';
import { digestOf, textOf } from './raw-reading.ts';
import type { NewReading, Source } from './source.ts';
import { Touched } from './touched.ts';
import type { Reading } from './vote.entity.ts';
import { VotesStore } from './votes.store.ts';

interface Waiting {
  readonly readings: readonly NewReading[];
  /** Clusters that are to be judged whether or not anything new is said of them. */
  readonly clusterIds: readonly string[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** As many share one transaction at most, so that the first of them is not kept waiting. */
const AT_MOST = 500;

/** What a batch of readings changes on record. */
interface Batch {
  readonly rows: Map<string, Reading>;
  readonly again: Map<string, { id: string; lastAt: Reading['lastAt']; looks: number }>;
  readonly touched: Touched;
}

/**
 * Takes what sources say: keeps it, and has the state drawn of those clusters of which something else is said than before.
 * Readings that come while others are being stored share the next transaction.
 */
@Injectable()
export class KeepReadings {
  private waiting: Waiting[] = [];
  private isAtIt = false;
  /** On SQLite nothing here waits for anything but the disk: without pauses a line that never ends would keep the thread. */
  private readonly breath = new Breath();

  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
    private readonly views: NewestViews,
    private readonly judge: JudgeVotes,
    private readonly judgeInstances: JudgeInstances,
    private readonly states: KeepStates,
  ) {}

  /**
   * @returns once the readings, and the states that follow from them, are durable
   * @throws what the database throws when they could not be stored: then none of them was said
   */
  run(readings: readonly NewReading[]): Promise<void> {
    return this.pass({ readings, clusterIds: [] });
  }

  /** Judges clusters anew of which nothing new was said: what is registered has changed, or time has passed. */
  judgeAnew(clusterIds: readonly string[]): Promise<void> {
    return this.pass({ readings: [], clusterIds });
  }

  private pass(work: Pick<Waiting, 'readings' | 'clusterIds'>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ ...work, resolve, reject });
    if (!this.isAtIt) void this.work();
    return promise;
  }

  private async work(): Promise<void> {
    this.isAtIt = true;
    while (this.waiting.length > 0) {
      await this.breath.between();
      const together = this.next();
      const sources = together.flatMap(({ readings }) => readings.map(({ source }) => source));
      try {
        const clusterIds = together.flatMap((one) => one.clusterIds);
        await this.keep(
          together.flatMap(({ readings }) => readings),
          clusterIds,
        );
        for (const source of sources) this.views.stored(source);
        for (const { resolve } of together) resolve();
      } catch (reason) {
        for (const source of sources) this.views.forget(source);
        for (const { reject } of together) reject(reason);
      }
    }
    this.isAtIt = false;
  }

  private next(): Waiting[] {
    const together: Waiting[] = [];
    let count = 0;
    for (let one = this.waiting[0]; one && count < AT_MOST; one = this.waiting[0]) {
      together.push(one);
      count += one.readings.length + one.clusterIds.length;
      this.waiting.shift();
    }
    return together;
  }

  private async keep(readings: readonly NewReading[], anew: readonly string[]): Promise<void> {
    const batch: Batch = { rows: new Map(), again: new Map(), touched: new Touched(anew) };
    for (const reading of readings) {
      await this.breath.between();
      await this.take(reading, batch);
    }
    const instances = await this.judgeInstances.run(batch.touched.instances);
    const clusterIds = await this.judgeInstances.clustersTouched(batch.touched);
    const judgements = await this.judge.judgeAll(clusterIds);
    await this.breath.between();
    const judged = new Set(judgements.map(({ cluster }) => cluster.id));
    await this.database.write(async (tx) => {
      await this.votes.insertReadings(tx, [...batch.rows.values()]);
      await this.votes.sayAgain(tx, [...batch.again.values()]);
      await this.votes.putInstanceStates(tx, instances);
      await this.states.run(tx, judgements);
      await this.states.forget(
        tx,
        anew.filter((id) => !judged.has(id)),
      );
    });
  }

  private async take({ source, at, raw }: NewReading, { rows, again, touched }: Batch): Promise<void> {
    const digest = digestOf(raw);
    const known = await this.views.of(source);
    // What was silent for so long that its view did not count begins anew: a row tells of looks without a gap, and everybody who was
    // judged without this view is judged with it again.
    const before = known && this.judge.counts(source, known.lastAt, at) ? known : null;
    if (before?.digest === digest) {
      this.views.put(source, { ...before, lastAt: at });
      const id = before.readingId;
      const row = rows.get(id);
      if (row) rows.set(id, { ...row, lastAt: at, looks: row.looks + 1 });
      else again.set(id, { id, lastAt: at, looks: (again.get(id)?.looks ?? 0) + 1 });
      touched.sameAgain(source);
      return;
    }
    const sight = known?.digest === digest ? known.sight : sightOf(source, raw);
    const id = randomUUIDv7();
    rows.set(id, { id, ...columnsOf(source), at, lastAt: at, looks: 1, digest, raw: textOf(raw) });
    this.views.put(source, { readingId: id, digest, lastAt: at, sight });
    touched.bySight(source, before?.sight ?? null, sight);
  }
}

const columnsOf = (source: Source): Pick<Reading, 'source' | 'instanceId' | 'clusterId' | 'customerId' | 'nodeId'> =>
  source.kind === 'arbiter'
    ? { source: 'arbiter', instanceId: source.instanceId, clusterId: null, customerId: null, nodeId: null }
    : {
        ...{ source: source.kind, instanceId: null, clusterId: source.clusterId },
        ...{ customerId: source.customerId, nodeId: source.nodeId },
      };
