import { Injectable } from '@nestjs/common';
import type { InstanceSight } from '../core/quorum/instance-state.ts';
import type { Instant } from '../core/time.ts';
import { Database } from '../platform/database/database.ts';
import { instanceSight, nodeSight, rawOf, type NodeSight, type RawReading } from './raw-reading.ts';
import { keyOf, type InstanceSource, type NodeSource, type Source } from './source.ts';
import { VotesStore } from './votes.store.ts';

/** The newest word of a source, parsed, with the row of `readings` that it stands in. */
export interface NewestView<Sight> {
  readonly readingId: string;
  readonly digest: string;
  /** When it was last said. */
  readonly lastAt: Instant;
  readonly sight: Sight;
}

export type AnySight = InstanceSight | NodeSight;

export const sightOf = (source: Source, raw: RawReading): AnySight =>
  source.kind === 'arbiter' ? instanceSight(raw) : nodeSight(raw, source.address);

/**
 * The newest view of each source, parsed once when it comes and kept in memory. The truth is the database: what is not in memory, as
 * after a restart, is read there; and where several processes share a database the row is asked which view is the newest, while
 * that view is still parsed only once.
 */
@Injectable()
export class NewestViews {
  /** null: never heard. */
  private readonly views = new Map<string, NewestView<AnySight> | null>();
  /** Whose view was heard here and is not on record yet: the database knows only an older one. */
  private readonly unstored = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
  ) {}

  /** @returns null when the source has never been heard */
  async of(source: InstanceSource): Promise<NewestView<InstanceSight> | null>;
  async of(source: NodeSource): Promise<NewestView<NodeSight> | null>;
  async of(source: Source): Promise<NewestView<AnySight> | null>;
  async of(source: Source): Promise<NewestView<AnySight> | null> {
    const key = keyOf(source);
    const known = this.views.get(key);
    if (known !== undefined && (!this.database.isShared || this.unstored.has(key))) return known;
    return this.load(source, known ?? null);
  }

  /** What is in memory of it already; for whoever can do without. */
  peek(source: Source): NewestView<AnySight> | null {
    return this.views.get(keyOf(source)) ?? null;
  }

  put(source: Source, view: NewestView<AnySight>): void {
    this.views.set(keyOf(source), view);
    this.unstored.add(keyOf(source));
  }

  /** What was put is on record. */
  stored(source: Source): void {
    this.unstored.delete(keyOf(source));
  }

  /** What could not be stored was not said: it is read from the database the next time. */
  forget(source: Source): void {
    this.views.delete(keyOf(source));
    this.unstored.delete(keyOf(source));
  }

  /** Where an agent is no more, what it has said does not count any longer. */
  forgetReports(nodeIds: readonly string[]): void {
    for (const nodeId of nodeIds) this.views.delete(`push ${nodeId}`);
  }

  private async load(source: Source, known: NewestView<AnySight> | null): Promise<NewestView<AnySight> | null> {
    const session = this.database.read;
    const head = await this.votes.newestOf(session, source);
    if (!head) return this.keep(source, null, known);
    if (known?.readingId === head.id) return this.keep(source, { ...known, lastAt: head.lastAt }, known);
    const raw = rawOf(await this.votes.rawOf(session, head.id));
    const { id: readingId, digest, lastAt } = head;
    return this.keep(source, { readingId, digest, lastAt, sight: sightOf(source, raw) }, known);
  }

  /** @param before what was in memory when the row was asked for: what has come in since is newer than the row */
  private keep(
    source: Source,
    view: NewestView<AnySight> | null,
    before: NewestView<AnySight> | null,
  ): NewestView<AnySight> | null {
    const meanwhile = this.views.get(keyOf(source));
    if (meanwhile && meanwhile !== before && meanwhile.lastAt > (view?.lastAt ?? 0)) return meanwhile;
    this.views.set(keyOf(source), view);
    return view;
  }
}
