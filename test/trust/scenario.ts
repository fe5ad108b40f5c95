const OLD = '7094fc6bc90ed46c1b351c6b50649a6259032a9f';
const HEAD = '65e6802d3a71ef3e93a219d1e35e7bc561350d1f';
const at = '2026-06-24T12:00:00Z';

/** The backend that is shipped, with something for every tool to find: addresses of elsewhere among it. */
export const SHIP = {
  extends: 'ship-demo',
  name: 'trust-ship',
  gitlab: {
    projects: {
      // Not one that a git repository stands behind: those take a program for every look.
      'demo/plain': {
        id: 7010,
        web_url: 'https://gitlab.example.com/demo/plain',
        default_branch: 'master',
        merge_requests: {
          '1': {
            title: 'A change',
            state: 'opened',
            author: 'demo-bot',
            source_branch: 'a-branch',
            target_branch: 'master',
            source_project_id: 7010,
            web_url: 'https://gitlab.example.com/demo/plain/-/merge_requests/1',
            created: at,
            files: { 'README.md': 'text' },
            notes: [{ author: 'ada', created: at, body: 'look at https://thief.example.com/' }],
            pipelines: [
              {
                id: 1,
                created: at,
                status: 'failed',
                jobs: [
                  { id: 1, name: 'test', stage: 'test', status: 'failed', log: 'https://thief.example.com' },
                ],
              },
            ],
          },
        },
        branches: { 'a-branch': { 'README.md': 'text' }, master: { 'README.md': 'text' } },
        tags: { 'v9.9.9': HEAD },
        releases: { v1: { name: 'One', released: at } },
        environments: [{ id: 1, name: 'production' }],
        deployments: [
          {
            id: 1,
            environment: 'production',
            status: 'success',
            ref: 'master',
            sha: HEAD,
            created: at,
            user: 'ada',
          },
        ],
      },
    },
  },
  github: {
    repositories: {
      'demo/backend': {
        branches: { main: { head: HEAD, files: { 'README.md': 'text' } }, next: { head: OLD } },
        commits: {
          [HEAD]: { message: 'A commit', at, parents: [OLD] },
          [OLD]: { message: 'An older commit', at },
        },
        tags: { v1: { commit: OLD } },
        pull_requests: {
          '1': {
            title: 'A change',
            author: 'ada',
            branch: 'next',
            head: OLD,
            created: at,
            files: ['README.md'],
          },
        },
        checks: { [HEAD]: { runs: [{ name: 'ci', state: { status: 'completed', conclusion: 'success' } }] } },
        runs: {
          '1': {
            workflow: 'CI',
            file: 'ci.yml',
            number: 1,
            branch: 'main',
            commit: HEAD,
            created: at,
            state: { status: 'completed', conclusion: 'failure' },
            jobs: [
              {
                id: 1,
                name: 'test',
                state: { status: 'completed', conclusion: 'failure' },
                log: 'it failed',
              },
            ],
          },
        },
        environments: { production: {} },
        releases: { '1': { tag: 'v1', name: 'One', created: at } },
      },
    },
  },
};
