const id = (digit: string) => digit.repeat(40);

/** Commits of demo/backend: C1 to C4 on main, S1 beside it from C2 on, W with the work of the branches. */
export const C1 = id('1');
export const C2 = id('2');
export const C3 = id('3');
export const C4 = id('4');
export const S1 = id('5');
export const W = id('6');

export const REPO = 'demo/backend';

const commit = (message: string, at: string, parents: string[], files: string[] = []) => ({
  message,
  author: 'alice',
  at,
  parents,
  files,
});
const done = (conclusion: string) => ({ status: 'completed', conclusion });

export const SCENARIO = {
  name: 'github-demo',
  clock: '2026-06-25T12:00:00Z',
  github: {
    repositories: {
      'bob/backend': { branches: { patch: { head: W } } },
      [REPO]: {
        branches: {
          main: {
            head: C4,
            protection: { approvals: 1, checks: ['build'] },
            files: {
              'deploy/prod.yml': 'ref: abc\nreplicas: 2\n',
              '.github/release.yml': {
                changelog: {
                  exclude: { labels: ['ignore'] },
                  categories: [{ title: 'Fixes', labels: ['bug'] }],
                },
              },
            },
          },
          'release-1': { head: C2, protection: { approvals: 2, ruleset: false } },
          feature: { head: W },
          fresh: { head: W },
          gone: { head: C3 },
        },
        commits: {
          [C1]: commit('First', '2026-06-01T08:00:00Z', []),
          [C2]: commit('DEMO-1: cache\n\nAlso DEMO-2, and UTF-8.', '2026-06-02T08:00:00Z', [C1]),
          [C3]: commit('Fix DEMO-3 (#11)', '2026-06-03T08:00:00Z', [C2], ['src/app.ts']),
          [C4]: commit('Docs (#12)', '2026-06-04T08:00:00Z', [C3]),
          [S1]: commit('DEMO-9: beside', '2026-06-05T08:00:00Z', [C2]),
          [W]: commit('DEMO-4: work', '2026-06-06T08:00:00Z', [C4]),
        },
        tags: { 'v1.0': { commit: C2 }, 'v1.1-light': { commit: C3, annotated: false } },
        pull_requests: {
          '11': {
            title: 'Fix the cache',
            author: 'alice',
            branch: 'gone',
            head: C3,
            created: '2026-06-03T07:00:00Z',
            merge_commit: C3,
            labels: ['bug'],
            state: [{ value: 'open' }, { at: '2026-06-03T08:00:00Z', value: 'merged' }],
          },
          '12': {
            title: 'Docs',
            author: 'bob',
            branch: 'docs',
            head: C4,
            created: '2026-06-04T07:00:00Z',
            merge_commit: C4,
            state: [{ value: 'open' }, { at: '2026-06-04T08:00:00Z', value: 'merged' }],
          },
          '20': {
            title: 'Raise prod\u202e',
            body: 'Raises it.\n',
            author: 'alice',
            branch: 'feature',
            head: W,
            created: '2026-06-24T08:00:00Z',
            files: ['deploy/prod.yml'],
            labels: ['release'],
            reviewers: ['carol', 'dave'],
            teams: ['platform'],
            merge_state: 'blocked',
            reviews: [
              { author: 'carol', state: 'APPROVED', at: '2026-06-24T09:00:00Z', commit: C4 },
              { author: 'mallory', state: 'APPROVED', at: '2026-06-24T09:10:00Z', association: 'NONE' },
              { author: 'erin', state: 'CHANGES_REQUESTED', at: '2026-06-24T09:20:00Z' },
              { author: 'erin', state: 'COMMENTED', at: '2026-06-24T09:30:00Z', body: 'Only a thought.' },
            ],
          },
        },
        checks: {
          [W]: {
            runs: [
              {
                name: 'build',
                state: [
                  { value: { status: 'in_progress' } },
                  { at: '2026-06-25T12:10:00Z', value: done('success') },
                ],
              },
              { name: 'optional', state: done('skipped') },
            ],
            statuses: [
              {
                context: 'ci/old',
                state: [{ value: 'pending' }, { at: '2026-06-25T12:20:00Z', value: 'success' }],
              },
            ],
          },
          [C4]: {
            runs: [
              { name: 'build', state: done('failure') },
              { name: 'odd', state: done('surprise') },
            ],
          },
        },
        runs: {
          '900': {
            workflow: 'Build',
            file: 'build.yml',
            number: 41,
            title: 'Docs',
            branch: 'main',
            commit: C4,
            created: '2026-06-25T11:00:00Z',
            state: [
              { value: { status: 'in_progress' } },
              { at: '2026-06-25T12:30:00Z', value: done('failure') },
            ],
            jobs: [
              { id: 9001, name: 'lint', state: done('success'), log: 'fine\n' },
              {
                id: 9002,
                name: 'test',
                state: done('failure'),
                steps: [
                  { name: 'Set up job', conclusion: 'success' },
                  { name: 'Run tests', conclusion: 'failure' },
                ],
                log: `${Array.from({ length: 120 }, (_, n) => `2026-06-25T11:05:00Z line ${n}`).join('\n')}\n2026-06-25T11:06:00Z \u001b[31mError: it broke\u001b[0m\n`,
              },
              { id: 9003, name: 'old', state: done('failure') },
            ],
            reruns: [[{ status: 'queued' }, { after: '5m', ...done('success') }]],
          },
          '901': {
            workflow: 'Build',
            file: 'build.yml',
            number: 42,
            branch: 'main',
            commit: C4,
            created: '2026-06-25T11:30:00Z',
            state: done('success'),
          },
        },
        environments: {
          stage: {},
          production: { reviewers: ['carol'], wait: 30, branches: 'protected' },
        },
        deployments: {
          '70': {
            environment: 'production',
            commit: C2,
            ref: 'v1.0',
            creator: 'carol',
            created: '2026-06-10T08:00:00Z',
            statuses: [
              { state: 'in_progress', at: '2026-06-10T08:01:00Z' },
              { state: 'success', at: '2026-06-10T08:05:00Z' },
            ],
          },
          '71': {
            environment: 'stage',
            commit: C4,
            ref: 'main',
            creator: 'alice',
            created: '2026-06-24T08:00:00Z',
            statuses: [],
          },
        },
        releases: {
          '50': {
            tag: 'v1.0',
            name: 'One',
            body: 'The first.\n',
            created: '2026-06-10T07:00:00Z',
            assets: [{ name: 'app.tgz', size: 12, digest: `sha256:${'a'.repeat(64)}` }],
          },
          '51': { tag: 'v1.1', draft: true, created: '2026-06-20T07:00:00Z' },
        },
      },
    },
  },
};
