import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { Service } from '../e2e/service.ts';
import { chanceOf } from './chance.ts';

const WRITERS = 8;
/** A kill comes so long after the service is ready. */
const LIVES_MS = { least: 50, most: 600 };

export interface DurabilityOptions {
  /** How often the service is killed. */
  readonly kills: number;
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly stop?: AbortSignal;
  /** The built service; `dist/` by default. */
  readonly main?: string;
}

export interface DurabilityReport {
  readonly kills: number;
  /** Writes that were answered with success. */
  readonly acknowledged: number;
  /** Those of them that were gone after a kill. */
  readonly lost: readonly string[];
  /** What SQLite's integrity check said of a database after a kill, where it was not "ok". */
  readonly damages: readonly string[];
}

/**
 * Kills the service with -9 again and again while several callers write over its API, and looks after each death whether every
 * write that it had acknowledged is there (invariant 24) and whether the database is whole.
 */
export const surviveKills = async (options: DurabilityOptions): Promise<DurabilityReport> => {
  const { kills, seed, say, stop, main } = options;
  const chance = chanceOf(seed);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'umpire-durability-'));
  const service = await Service.start({ dataDirectory, ...(main === undefined ? {} : { main }) });
  const acknowledged = new Set<string>();
  const lost = new Set<string>();
  const damages: string[] = [];
  let done = 0;
  try {
    while (done < kills && !stop?.aborted) {
      const writing = Promise.all(
        Array.from({ length: WRITERS }, (_, writer) => write(service, `${done}-${writer}`, acknowledged)),
      );
      await pause(LIVES_MS.least + chance() * (LIVES_MS.most - LIVES_MS.least));
      await service.kill();
      await writing;
      done += 1;
      look(dataDirectory, acknowledged, lost, damages);
      if (done % 10 === 0)
        say(`${done} kills, ${acknowledged.size} writes acknowledged, ${lost.size} lost, ${damages.length} damages`);
      await service.restart();
    }
  } finally {
    await service.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
  return { kills: done, acknowledged: acknowledged.size, lost: [...lost], damages };
};

/** Writes one customer after another until the service is dead; only what was answered with 201 counts. */
const write = async (service: Service, name: string, acknowledged: Set<string>): Promise<void> => {
  for (let number = 0; service.alive; number += 1) {
    const answer = await service.client
      .ask<{ id: string }>('POST', '/v1/customers', { name: `customer ${name}-${number}` })
      .catch(() => null);
    if (answer === null) return;
    if (answer.status === 201) acknowledged.add(answer.body.id);
  }
};

/** Reads the dead service's database, past the service: its write-ahead log is replayed as at any start. */
const look = (directory: string, acknowledged: ReadonlySet<string>, lost: Set<string>, damages: string[]): void => {
  using database = closing(new Sqlite(join(directory, 'umpire.sqlite')));
  const says = database.pragma('integrity_check', { simple: true });
  if (says !== 'ok') damages.push(String(says));
  const there = new Set(database.prepare('SELECT id FROM customers').pluck().all());
  for (const id of acknowledged) if (!there.has(id)) lost.add(id);
};

const closing = (database: InstanceType<typeof Sqlite>) =>
  Object.assign(database, { [Symbol.dispose]: () => void database.close() });
