import { defineConfig } from 'vitest/config';

const decorators = { decorator: { legacy: true, emitDecoratorMetadata: true } };

/** Three suites: `unit` needs nothing, `features` needs Redis and PostgreSQL from Debian, `lab` needs root and the lab's hosts. */
export default defineConfig({
  oxc: decorators,
  test: {
    projects: [
      {
        oxc: decorators,
        test: {
          name: 'unit',
          // Thousands of random cases on a busy machine; what is too slow shows in test/bench.
          testTimeout: 20_000,
          include: [
            'test/core/**/*.spec.ts',
            'test/platform/**/*.spec.ts',
            'test/*.spec.ts',
            'test/{runner,demo,machine,hosts,faults,fuzz}/**/*.spec.ts',
          ],
        },
      },
      {
        oxc: decorators,
        test: { name: 'features', include: ['test/features/**/*.spec.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
      },
      {
        oxc: decorators,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.spec.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        oxc: decorators,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
