import { C4 } from '../../support/ship.ts';
import { SHORT, type WorldOptions } from '../../support/world.ts';

export interface Act {
  flow: string;
  inputs: Readonly<Record<string, unknown>>;
}

export interface CrashStory extends Act {
  world: WorldOptions;
  /** What was done before, undisturbed. */
  before?: Act;
  /** It has a way back: the story is forward and back again. */
  back?: true;
}

const SHIP: WorldOptions = { scenario: 'ship-demo' };
const KONFLUX: WorldOptions = { scenario: 'konflux-team' };
const RELEASE_PROD: Act = { flow: 'release-prod', inputs: { product: 'demo-backend', commit: C4 } };

/** A pipeline that has failed once, and passes when it is asked again. */
const FAILED_PIPELINE = {
  extends: 'ship-demo',
  name: 'failed-pipeline',
  gitlab: {
    projects: {
      'demo/demo-backend': {
        pipelines: [
          {
            id: 501,
            created: '2026-06-25T11:00:00Z',
            status: 'failed',
            jobs: [{ id: 5011, name: 'unit', stage: 'test', status: 'failed' }],
          },
        ],
      },
    },
  },
};

/** Whose release branch takes pushes. */
const OPEN_BRANCH = {
  extends: 'ship-demo',
  name: 'open-branch',
  git: { repositories: { 'demo/demo-backend': { protected: ['main'] } } },
};

interface ShipSettings {
  modules: {
    git: { repositories: Record<string, { protected?: string[] }> };
    appinterface: { products: Record<string, unknown> };
  };
}

/** Each flow that ships, in a world where it has all of its effects. */
export const STORIES: readonly CrashStory[] = [
  { flow: 'z-stream', inputs: { release: '4.20.27' }, world: { scenario: SHORT } },
  { ...RELEASE_PROD, world: SHIP, back: true },
  {
    flow: 'release-aa-backend-prod',
    inputs: { commit: C4, include_billing: true },
    world: {
      ...SHIP,
      settings: (given) => {
        const { products } = (given as unknown as ShipSettings).modules.appinterface;
        products['aa-backend'] = products['demo-backend'];
      },
    },
    back: true,
  },
  {
    flow: 'rollback',
    inputs: { product: 'demo-backend', reason: 'checkout fails' },
    world: SHIP,
    before: RELEASE_PROD,
  },
  {
    flow: 'hotfix',
    inputs: {
      repository: 'demo-backend',
      commit: '5d47b4b6ca124301bb48866ae68f83b2f67feb6f',
      target_branch: 'release-1.4',
      tag: 'v1.4.9',
      push: true,
    },
    world: {
      scenario: OPEN_BRANCH,
      settings: (given) => {
        const { repositories } = (given as unknown as ShipSettings).modules.git;
        repositories['demo-backend'] = { ...repositories['demo-backend'], protected: [] };
      },
    },
  },
  {
    flow: 'notify-team',
    inputs: { channel: 'demo-releases', message: 'It runs.', about: 'demo-backend' },
    world: SHIP,
  },
  {
    flow: 'ci-retry',
    inputs: { project: 'demo/demo-backend', pipeline: 501 },
    world: { scenario: FAILED_PIPELINE },
  },
  {
    flow: 'cancel-pipeline',
    inputs: { run: 'demo-backend-on-push-b2run', delete: true },
    world: KONFLUX,
  },
  { flow: 'retry-build', inputs: { component: 'demo-ui' }, world: KONFLUX },
  {
    flow: 'integration-tests',
    inputs: { snapshot: 'demo-app-20260624-091200-000', scenario: 'demo-smoke' },
    world: KONFLUX,
  },
];
