/**
 * How many jobs a second the queue passes in SQLite and in Redis, in one run on one machine: `node test/bench/queue.ts [jobs]`.
 * The figures depend on the disk (each commit is an fsync), so their ratio is what to compare.
 */
import { findRedis } from '../platform/queue/redis-server.ts';
import { openRedis, openSqlite, type Store, type TestJob } from '../platform/queue/store.ts';

const JOBS = Number(process.argv[2] ?? 2_000);
const WORKERS = 4;
const CONCURRENCY = 4;

interface Figures {
  /** One `add` after the other is acknowledged. */
  readonly addedOneByOne: number;
  /** `add`s that are all under way at once. */
  readonly addedTogether: number;
  readonly worked: number;
}

const perSecond = async (count: number, work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return Math.round((count * 1_000) / (performance.now() - start));
};

const options = { removeOnComplete: true };

const measure = async (store: Store): Promise<Figures> => {
  const queue = store.queue('bench');
  await queue.waitUntilReady();
  const few = Math.ceil(JOBS / 4);
  const addedOneByOne = await perSecond(few, async () => {
    for (let i = 0; i < few; i++) await queue.add('job', { id: i }, options);
  });
  const rest = JOBS - few;
  const addedTogether = await perSecond(rest, () =>
    Promise.all(Array.from({ length: rest }, (_, i) => queue.add('job', { id: few + i }, options))),
  );
  const worked = await perSecond(JOBS, () => drained(store));
  return { addedOneByOne, addedTogether, worked };
};

const drained = (store: Store): Promise<void> =>
  new Promise((resolve) => {
    const seen = new Set<unknown>();
    const process = (job: TestJob): Promise<void> => {
      seen.add(job.id);
      if (seen.size === JOBS) resolve();
      return Promise.resolve();
    };
    for (let i = 0; i < WORKERS; i++) store.worker('bench', process, { concurrency: CONCURRENCY });
  });

const run = async (open: () => Promise<Store>): Promise<Figures> => {
  const store = await open();
  try {
    return await measure(store);
  } finally {
    await store.end();
  }
};

const sqlite = await run(openSqlite);
const redis = findRedis() === null ? null : await run(openRedis);
console.log(`${JOBS} jobs, ${WORKERS} workers of ${CONCURRENCY}; jobs a second`);
for (const figure of ['addedOneByOne', 'addedTogether', 'worked'] as const) {
  const other =
    redis === null
      ? 'no redis-server here'
      : `Redis ${redis[figure]}, SQLite/Redis ${(sqlite[figure] / redis[figure]).toFixed(2)}`;
  console.log(`${figure.padEnd(14)} SQLite ${sqlite[figure]}, ${other}`);
}
