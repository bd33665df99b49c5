import 'reflect-metadata';
import { createApp, type Umpire } from './create-app.ts';
import { EXIT_BAD_CONFIGURATION, readConfig, type Config } from './platform/config/config.ts';
import { KekFileUnusable } from './platform/config/kek-file.ts';
import { DirectoryInUse } from './platform/database/directory-lock.ts';
import { openLog } from './platform/log/log.module.ts';

/** sysexits(3): EX_TEMPFAIL, "the user is invited to retry the operation at a later time". */
const EXIT_TRY_LATER = 75;
/** sysexits(3): EX_SOFTWARE. */
const EXIT_FAULT = 70;
/** A shutdown that takes longer than this is cut off; the journal makes good what it left. Whoever asked gets 30 s at most. */
const SHUTDOWN_MS = 28_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

const main = async (): Promise<void> => {
  const read = readConfig(process.env);
  if (!read.ok) {
    for (const problem of read.problems) complain(problem);
    process.exitCode = EXIT_BAD_CONFIGURATION;
    return;
  }
  try {
    await run(read.config);
  } catch (thrown) {
    process.exitCode = exitCodeOf(thrown);
  }
};

const run = async (config: Config): Promise<void> => {
  const log = openLog();
  const umpire = await createApp(config, { log });
  if (umpire.madeToken !== null) say(`admin token, shown this once: ${umpire.madeToken.reveal()}`);
  const address = await umpire.listen().catch(async (thrown: unknown) => {
    await umpire.close();
    throw thrown;
  });
  endOnSignal(umpire, () => log.flushSync());
  say(`listening on ${address}`);
};

const endOnSignal = (umpire: Umpire, flush: () => void): void => {
  const end = async (): Promise<void> => {
    setTimeout(() => {
      complain('the shutdown was cut off; what it left goes on at the next start');
      process.exit(0);
    }, SHUTDOWN_MS).unref();
    await umpire.close();
    flush();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
};

const exitCodeOf = (thrown: unknown): number => {
  complain(thrown instanceof Error ? thrown.message : 'the service could not start');
  if (thrown instanceof DirectoryInUse) return EXIT_TRY_LATER;
  return thrown instanceof KekFileUnusable ? EXIT_BAD_CONFIGURATION : EXIT_FAULT;
};

await main();
