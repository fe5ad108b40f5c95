import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from './modules.ts';

interface Check {
  name: string;
  command: string;
  args: string[];
}

const CHECKS: readonly Check[] = [
  { name: 'types', command: 'tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'lint and format', command: 'biome', args: ['check', '--max-diagnostics=20', '.'] },
  { name: 'unused code', command: 'knip', args: ['--no-progress'] },
  { name: 'borders and house rules', command: 'vitest', args: ['run', 'test/house'] },
  { name: 'generated docs', command: process.execPath, args: ['scripts/generate.ts', '--check'] },
];

interface Outcome {
  check: Check;
  code: number;
  seconds: string;
  output: string;
}

async function run(check: Check): Promise<Outcome> {
  const began = performance.now();
  // The tools start with `#!/usr/bin/env node`: they get the Node that runs this.
  const path = [dirname(process.execPath), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(
    delimiter,
  );
  const child = spawn(check.command, check.args, {
    cwd: ROOT,
    env: { ...process.env, PATH: path, FORCE_COLOR: '0' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number>((done) => {
    child.once('error', (error) => {
      output += error.message;
      done(1);
    });
    child.once('close', (status) => done(status ?? 1));
  });
  return { check, code, output, seconds: ((performance.now() - began) / 1000).toFixed(1) };
}

const outcomes = await Promise.all(
  CHECKS.map(async (check) => {
    const outcome = await run(check);
    process.stdout.write(`${outcome.code === 0 ? '✓' : '✗'} ${check.name} (${outcome.seconds} s)\n`);
    return outcome;
  }),
);
const failed = outcomes.filter(({ code }) => code !== 0);
for (const { check, output } of failed) {
  process.stdout.write(
    `\n── ${check.name}: ${check.command.split('/').at(-1)} ${check.args.join(' ')}\n${output.trimEnd()}\n`,
  );
}
process.stdout.write(`\n${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
