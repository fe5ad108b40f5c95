import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'sandbox/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/exhaustive/**', 'test/real/**', 'node_modules/**'],
    setupFiles: ['test/support/clean-slate.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // A worker keeps what it has imported: half of the time went there. clean-slate.ts tidies up between files.
    isolate: false,
    // The processes under test wait more than they work; one worker would leave a core idle.
    maxWorkers: 2,
  },
});
