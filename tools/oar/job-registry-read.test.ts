import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AWS, BUILD, files, jobsWorld, RECORD, record } from '../jobs/testing/world.ts';
import { registryOf, testedSince } from './job-registry-read.ts';
import { parseBuild } from './release.ts';
import { newestCopy } from './sources/dated-copies.ts';
import { gitSource } from './sources/git.ts';
import { GitCache } from './sources/git-cache.ts';

const PATH = '_releases/ocp-4.20-test-jobs-amd64.json';
const list = (...names: string[]) => ({ nightly: [], stable: names.map((prowJob) => ({ prowJob })) });

function repository(commits: [string, object | undefined][]): string {
  const root = mkdtempSync(join(tmpdir(), 'registry-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const git = (date: string, ...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      env: { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date },
    });
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', root]);
  mkdirSync(join(root, '_releases'));
  for (const [date, content] of commits) {
    if (content !== undefined) writeFileSync(join(root, PATH), JSON.stringify(content));
    git(date, 'add', '.');
    git(date, 'commit', '--quiet', '--allow-empty', '-m', date);
  }
  return root;
}

it('Z-T11 of a git source it is the list that the branch showed at that moment', async () => {
  const root = repository([
    ['2026-01-01T00:00:00Z', undefined],
    ['2026-02-01T00:00:00Z', list('a')],
    ['2026-03-01T00:00:00Z', list('a', 'b')],
    ['2026-04-01T00:00:00Z', list('a', 'b', 'c')],
  ]);
  const test_registry = gitSource(new GitCache(() => 0, 20_000), root, 'main');
  const at = async (moment?: string) =>
    (await registryOf({ sources: { test_registry } }, parseBuild('4.20.27'), 'amd64', moment))?.map(
      ({ name }) => name,
    );
  expect(await at('2026-02-15T00:00:00Z')).toEqual(['a']);
  expect(await at('2026-03-15T00:00:00Z')).toEqual(['a', 'b']);
  expect(await at('2026-05-01T00:00:00Z')).toEqual(['a', 'b', 'c']);
  expect(await at()).toEqual(['a', 'b', 'c']);
  // Before the list, and before the branch: the present one.
  expect(await at('2026-01-15T00:00:00Z')).toEqual(['a', 'b', 'c']);
  expect(await at('2025-01-15T00:00:00Z')).toEqual(['a', 'b', 'c']);
  // The newest commit alone is still what other reads fetch.
  expect((await test_registry.read(PATH, '4.20'))?.text).toBe(JSON.stringify(list('a', 'b', 'c')));
});

it('Z-T11 on GitHub it is the list of the newest commit until that moment', async () => {
  const world = await jobsWorld();
  const steps = [
    { at: '2026-05-01T00:00:00Z', value: list(AWS) },
    { at: '2026-06-20T00:00:00Z', value: list(AWS, 'later') },
  ];
  await world.patch(files('main', PATH, steps));
  const tested = (jobStartTime: string) => ({
    jobName: AWS,
    firstJob: { jobID: 'x', jobStartTime, jobState: 'success', jobCompletionTime: '2026-06-25T11:00:00Z' },
    retriedJobs: [],
  });
  const verdictOf = async (start: string) => {
    await world.patch(files('record', RECORD, record([tested(start)], { aggregated: true, accepted: true })));
    return await world.read('oar_get_test_result', { build: BUILD });
  };
  expect(await verdictOf('2026-06-10T00:00:00Z')).toMatchObject({
    verdict: 'accepted',
    coverage: 'complete',
  });
  const incomplete = { verdict: 'incomplete', missing_jobs: ['later'] };
  expect(await verdictOf('2026-06-21T00:00:00Z')).toMatchObject(incomplete);
  // Older than the history: the present list.
  expect(await verdictOf('2026-04-01T00:00:00Z')).toMatchObject(incomplete);
});

it('of a folder it is the newest copy that is not later', () => {
  const names = [
    'jobs.json',
    'jobs.2026-05-01.json',
    'jobs.2026-06-01.json',
    'jobs.2026-1-01.json',
    'jobs.2026-05-02.yaml',
  ];
  expect(newestCopy(names, 'jobs.json', '2026-05-31T23:00:00Z')).toBe('jobs.2026-05-01.json');
  expect(newestCopy(names, 'jobs.json', '2026-06-01T00:00:00Z')).toBe('jobs.2026-06-01.json');
  expect(newestCopy(names, 'jobs.json', '2026-04-30T00:00:00Z')).toBeUndefined();
});

it('tests began with the first job that has a time', () => {
  const file = (...starts: (string | undefined)[]) => ({
    build: { name: 'x' },
    result: starts.map((start, index) => ({
      jobName: `${index}`,
      firstJob: start === undefined ? {} : { jobStartTime: start },
    })),
  });
  expect(testedSince(file(undefined, '2026-05-06T04:00:00+02:00', '2026-05-06T03:00:00Z', 'soon'))).toBe(
    '2026-05-06T04:00:00+02:00',
  );
  expect(testedSince(file(undefined))).toBeUndefined();
});
