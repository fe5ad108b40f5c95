/**
 * Contract tests against real servers: `npm run test:real [-- FILTER…]`. Installs the Debian packages that
 * it lacks where it may, and says at the end what ran, what did not and why. `KUBE_APISERVER` names a
 * kube-apiserver. With `SLUICE_REAL_REQUIRED=1` it fails when a registry, skopeo or cosign is not to be had.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { install, unpack } from '../test/real/support/debian.ts';
import { isProgram, onPath } from '../test/real/support/needs.ts';
import { ROOT } from './modules.ts';

interface Tool {
  command: string;
  /** Debian's package; `release` where it is unpacked from another one than the machine's. */
  packageName: string;
  release?: string;
  required: boolean;
}

interface Row {
  state: 'ran' | 'failed' | 'did not run';
  what: string;
  detail: string;
}

const REGISTRY: readonly Tool[] = [
  { command: 'openssl', packageName: 'openssl', required: true },
  { command: 'docker-registry', packageName: 'docker-registry', required: true },
  { command: 'skopeo', packageName: 'skopeo', required: true },
  { command: 'cosign', packageName: 'cosign', release: 'trixie', required: true },
];
const ETCD: Tool = { command: 'etcd', packageName: 'etcd-server', required: false };

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

const UNPREPARED = 'what it needs did not start (see above)';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Where the program is, or why it is not. */
function obtain({ command, packageName, release }: Tool): { path: string } | { why: string } {
  const there = onPath(command);
  if (there !== undefined) return { path: there };
  try {
    say(`fetching ${packageName}`);
    if (release !== undefined) return { path: unpack(packageName, release) };
    install(packageName);
    const path = onPath(command);
    return path === undefined ? { why: `the package ${packageName} has no ${command}` } : { path };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** A row for each group of tests, and one for each file that did not get so far. */
function rowsOf(report: z.output<typeof Report>): Row[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = name.replace(`${ROOT}/`, '');
    const groups = Map.groupBy(assertionResults, ({ ancestorTitles, title }) => ancestorTitles[0] ?? title);
    const rows = [...groups].map(([group, tests]): Row => {
      const count = (...states: string[]) => tests.filter((test) => states.includes(test.status)).length;
      const [passed, failed] = [count('passed'), count('failed')];
      const skipped = tests.length - passed - failed;
      const parts = [`${passed} passed`, `${failed} failed`, `${skipped} did not run`];
      const detail = parts.filter((part) => !part.startsWith('0 ')).join(', ');
      return {
        state: failed > 0 ? 'failed' : passed > 0 ? 'ran' : 'did not run',
        what: `${file}: ${group}`,
        detail,
      };
    });
    const broken = status === 'failed' && !rows.some(({ state }) => state === 'failed');
    return broken
      ? [...rows, { state: 'failed' as const, what: file, detail: message.split('\n')[0] || UNPREPARED }]
      : rows;
  });
}

function runTests(filters: readonly string[], path: string): { code: number; rows: Row[] } {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-real-'));
  try {
    const output = join(dir, 'report.json');
    const { status } = spawnSync(
      process.execPath,
      [
        ...[join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.real.config.ts'],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${output}`, ...filters],
      ],
      { cwd: ROOT, stdio: 'inherit', env: { ...process.env, PATH: path } },
    );
    // There is none when no test was found.
    const rows = existsSync(output) ? rowsOf(Report.parse(JSON.parse(readFileSync(output, 'utf8')))) : [];
    return { code: status ?? 1, rows };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const apiserver = process.env.KUBE_APISERVER ?? '';
const missing: { tool: Tool; why: string }[] = [];
const folders = new Set<string>();
for (const tool of apiserver === '' ? REGISTRY : [...REGISTRY, ETCD]) {
  const got = obtain(tool);
  if ('path' in got) folders.add(dirname(got.path));
  else missing.push({ tool, why: got.why });
}

const { code, rows } = runTests(process.argv.slice(2), [process.env.PATH ?? '', ...folders].join(delimiter));

const MARKS = { ran: '✓', failed: '✗', 'did not run': '–' };
say('\nAgainst real servers');
for (const { state, what, detail } of rows) say(`  ${MARKS[state]} ${what}: ${detail}`);
for (const { tool, why } of missing) say(`  – ${tool.command} is not there: ${why}`);
if (apiserver === '') say('  – kube-apiserver is not there: KUBE_APISERVER names none');
else if (!isProgram(apiserver)) say(`  – kube-apiserver is not there: ${apiserver} is no program`);

const lacking = missing.filter(({ tool }) => tool.required).map(({ tool }) => tool.command);
const refused = process.env.SLUICE_REAL_REQUIRED === '1' && lacking.length > 0;
if (refused) say(`SLUICE_REAL_REQUIRED is set, and there is no ${lacking.join(', ')}`);
process.exitCode = code !== 0 || refused ? 1 : 0;
