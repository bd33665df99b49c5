import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT } from '../machine/build.ts';
import { Excerpt } from './excerpt.ts';
import type { Outcome } from './outcome.ts';
import type { Part } from './parts.ts';

/** Longer than the longest clean-up of a suite. */
const END_MS = 60_000;
/** The whole of `npm test` stays within a few hundred lines. */
const SHOWN = { beginning: 120, end: 80 };

export interface RunOptions {
  readonly show: (line: string) => void;
  /** Where the whole output of each part is kept, in a file of its name. */
  readonly logs: string;
  readonly stop: AbortSignal;
}

/** Runs a part to its end; never throws for what the part does. */
export const runPart = async (part: Part, { show, logs, stop }: RunOptions): Promise<Outcome> => {
  const begun = performance.now();
  const logFile = join(logs, `${part.name}.log`);
  const why = await run(part, { show, logFile, stop });
  const seconds = Math.round((performance.now() - begun) / 1000);
  return why === null
    ? { part: part.name, result: 'passed', seconds }
    : { part: part.name, result: 'failed', seconds, why };
};

interface Output {
  readonly show: (line: string) => void;
  readonly logFile: string;
  readonly stop: AbortSignal;
}

/** @returns why it failed, null where it did not */
const run = async (part: Part, { show, logFile, stop }: Output): Promise<string | null> => {
  const excerpt = new Excerpt(show, SHOWN);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const child = launch(part);
  const deadline = AbortSignal.timeout(part.limitMinutes * 60_000);
  const end = (): void => endGroup(child);
  for (const signal of [stop, deadline]) signal.addEventListener('abort', end);
  for (const input of [child.stdout, child.stderr]) {
    if (!input) continue;
    createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
      log.write(`${line}\n`);
      excerpt.add(line);
    });
  }
  const ended = await ending(child);
  for (const signal of [stop, deadline]) signal.removeEventListener('abort', end);
  await new Promise((resolve) => log.end(resolve));
  excerpt.close(logFile);
  if (stop.aborted) return 'interrupted';
  return deadline.aborted ? `not done in ${part.limitMinutes} minutes` : ended;
};

/** A process group of its own, so that its end reaches what it has started as well. */
const launch = ({ argv: [program = '', ...args] }: Part): ChildProcess =>
  spawn(program, args, { cwd: PROJECT, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment() });

/** Node 24 first in the path, colours only where somebody sees them, and a lab of the demo's own beside a demo that runs. */
const environment = (): NodeJS.ProcessEnv => {
  const seen = process.stdout.isTTY;
  const colours = { FORCE_COLOR: seen ? '1' : undefined, NO_COLOR: seen ? undefined : '1' };
  const path = `${join(PROJECT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  return { ...process.env, ...colours, PATH: path, UMPIRE_LAB: `once${process.pid}` };
};

const ending = async (child: ChildProcess): Promise<string | null> => {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return null;
    return signal === null ? `exit code ${code}` : `ended by ${signal}`;
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  }
};

/** SIGTERM to all of them, and SIGKILL to those that are still there a minute later. */
const endGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  setTimeout(() => signalGroup(pid, 'SIGKILL'), END_MS).unref();
};

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already.
  }
};
