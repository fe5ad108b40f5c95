import { enableCompileCache } from 'node:module';

// Compiled code is kept between starts: a cold start is most of what a short command costs.
enableCompileCache();

const { runCli } = await import('./cli/program.ts');
process.exitCode = await runCli(process.argv.slice(2));
