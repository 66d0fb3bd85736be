import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/setup.ts'],
    setupFiles: ['test/seed.ts'],
    testTimeout: 20_000,
    maxWorkers: 2,
    // No test changes what another sees, so the files of a worker share what they load.
    isolate: false,
  },
});
