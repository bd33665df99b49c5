import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Runs a program in our place: our terminal and standard streams are its own, signals sent to us reach it.
 * @returns its exit code, 128 + n where signal n ended it
 */
export function runInPlace(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env });
    for (const signal of FORWARDED) {
      process.on(signal, () => {
        // A terminal's Ctrl-C reaches the whole foreground group by itself; twice does no harm where the child handles it.
        child.kill(signal);
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
