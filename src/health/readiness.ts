import { Injectable } from '@nestjs/common';
import { error, type Finding } from '../core/finding.ts';
import { Database } from '../platform/database/database.ts';
import { WorkQueue } from '../platform/queue/queue.ts';

/** Looks whether one thing that the service stands on can be used; rejects when it cannot. */
export interface Probe {
  readonly name: string;
  look(): Promise<void>;
}

/** What all probes together must find within this time. */
const PATIENCE_MS = 3_000;

/** Knows whether the service can do its work now. */
@Injectable()
export class Readiness {
  private readonly probes: Probe[];

  constructor(database: Database, queue: WorkQueue) {
    this.probes = [
      { name: 'database', look: () => database.ping() },
      { name: 'queue', look: () => answers(queue) },
    ];
  }

  /** Adds something that a room cannot work without. */
  add(probe: Probe): void {
    this.probes.push(probe);
  }

  get names(): readonly string[] {
    return this.probes.map((probe) => probe.name);
  }

  /** @returns a finding for each thing that cannot be used; none when the service is ready */
  async failures(): Promise<readonly Finding[]> {
    const findings = await Promise.all(this.probes.map(failureOf));
    return findings.filter((finding) => finding !== null);
  }
}

const answers = async (queue: WorkQueue): Promise<void> => {
  const pinged = await queue.ping();
  if (!pinged.ok) throw new Error(pinged.findings[0]?.code);
};

const failureOf = async (probe: Probe): Promise<Finding | null> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('late')), PATIENCE_MS);
  try {
    await Promise.race([probe.look(), late.promise]);
    return null;
  } catch {
    return error('unusable', probe.name, `The ${probe.name} cannot be used now.`);
  } finally {
    clearTimeout(timer);
  }
};
