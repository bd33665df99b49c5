/**
 * A worker in a process of its own: `node child-worker.ts <place> <queue> <mode>`. It prints a line for each job it takes, and
 * in the mode `dies` never finishes one: its parent kills it. In the mode `works` it ends when its standard input does.
 */
import { bullAt } from './store.ts';

const [place = '', name = '', mode = ''] = process.argv.slice(2);
const bull = bullAt(place);

const worker = bull.worker(
  name,
  async (job) => {
    process.stdout.write(`${job.id ?? ''}\n`);
    if (mode === 'dies') await new Promise(() => setInterval(() => undefined, 1_000));
  },
  mode === 'dies' ? { lockDuration: 1_000, stalledInterval: 500 } : {},
);
worker.on('error', (failure) => process.stderr.write(`${failure.message}\n`));
await worker.waitUntilReady();
process.stdout.write('ready\n');

process.stdin.on('end', () => {
  void worker.close().then(() => bull.close());
});
process.stdin.resume();
