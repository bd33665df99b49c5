import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ServiceOrder, ServiceReport } from './messages.ts';
import { percentiles } from './percentiles.ts';
import { StatementTimes } from './statement-times.ts';

/* The built service, which tells how it is when asked over the channel. */
const delay = monitorEventLoopDelay({ resolution: 10 });
const profiler = new Session();
const statements = new StatementTimes();
if (process.env['UMPIRE_BENCH_STATEMENTS']) statements.listen();
let usedBefore = process.cpuUsage();

const ms = (nanoseconds: number): number => Number((nanoseconds / 1e6).toFixed(1));
const mb = (bytes: number): number => Math.round(bytes / 1e6);

/** The main thread's own time from one turn of a timer of 10 ms to the next: as the lag, but a busy machine does not count. */
let turns: number[] = [];
const ownMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
let turnedAt = ownMs();
setInterval(() => {
  const now = ownMs();
  turns.push(now - turnedAt);
  turnedAt = now;
}, 10).unref();

const sample = (): ServiceReport => {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage(usedBefore);
  const lag = { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
  return {
    kind: 'sample',
    rssMb: mb(rss),
    heapMb: mb(heapUsed),
    cpuMs: Math.round((user + system) / 1000),
    lag,
    ownLag: percentiles(turns),
    statements: statements.longest(25),
  };
};

const beginProfile = async (): Promise<void> => {
  profiler.connect();
  await profiler.post('Profiler.enable');
  await profiler.post('Profiler.start');
};

const endProfile = async (file: string): Promise<void> => {
  const { profile } = await profiler.post('Profiler.stop');
  writeFileSync(file, JSON.stringify(profile));
};

const obey = async (order: ServiceOrder): Promise<void> => {
  if (order.kind === 'measure') {
    if (order.profile) await beginProfile();
    usedBefore = process.cpuUsage();
    turns = [];
    statements.clear();
    delay.enable();
    delay.reset();
  }
  const told = sample();
  if (order.kind === 'end' && order.profileFile !== null) await endProfile(order.profileFile);
  process.send?.(told);
};

process.on('message', (order: ServiceOrder) => void obey(order));
await import(new URL('../../../dist/src/main.js', import.meta.url).href);
