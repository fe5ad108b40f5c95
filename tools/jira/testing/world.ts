import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../../sandbox/server.ts';
import { boundedFetch } from '../../../src/kit/http.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { loadSettings } from '../../../src/kit/settings.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import { jira } from '../module.ts';
import type { Flavor } from '../text/render.ts';

const SCENARIO = {
  name: 'jira',
  clock: '2026-06-25T12:00:00Z',
  jira: {
    me: 'acc-sluice',
    people: {
      'acc-sluice': { name: 'Sluice' },
      'acc-dev': { name: 'Devin Maker', email: 'devin@example.com' },
      'acc-dev2': { name: 'Devin Makerson' },
      'acc-twin1': { name: 'Sam Twin' },
      'acc-twin2': { name: 'Sam Twin' },
      'acc-gone': { name: 'Gone Person', active: false },
      'acc-bot': { name: 'Build Bot', app: true },
    },
    projects: {
      DEMO: { name: 'Demo', versions: [{ name: '1.0', released: true }, { name: '1.1' }] },
      LOCKED: { may_create: false },
      OTHER: {},
    },
    fields: {
      customfield_10028: { name: 'Story Points', type: 'number' },
      customfield_10014: { name: 'Epic Link', type: 'any' },
      customfield_10030: { name: 'Acceptance Criteria', long: true },
      customfield_10040: { name: 'Severity', type: 'option' },
      customfield_10050: { name: 'Twice' },
      customfield_10051: { name: 'Twice' },
    },
    workflow: {
      '11': { name: 'Start Progress', to: 'In Progress', from: ['New'] },
      '21': { name: 'Resolve', to: 'Done', from: ['In Progress'], required: ['resolution'] },
    },
    issues: {
      'DEMO-1': {
        type: 'Story',
        summary: 'The parent',
        status: [{ value: 'New' }, { at: '2026-06-20T08:00:00Z', value: 'In Progress' }],
        description: 'See DEMO-2 and RFC-2119.',
        labels: ['old'],
        reporter: 'acc-dev',
        comments: [
          { author: 'acc-dev', created: '2026-06-21T08:00:00Z', text: 'Looks good' },
          { author: 'acc-dev', created: '2026-06-22T08:00:00Z', text: 'Starting Pipelinerun abc123' },
          { author: 'acc-dev', created: '2026-06-22T09:00:00Z', text: 'Integration test for component xyz' },
          { author: 'acc-bot', created: '2026-06-23T08:00:00Z', text: 'Done.' },
        ],
        links: ['https://git.example.com/demo/pull/1'],
        subtasks: ['DEMO-3'],
        fix_versions: ['1.0'],
        issue_links: [{ type: 'Blocks', to: 'DEMO-2' }],
      },
      'DEMO-2': { summary: 'Another', status: 'New' },
      'DEMO-3': { type: 'Sub-task', summary: 'A part', status: 'Closed' },
    },
  },
};

interface Options {
  flavor?: Flavor;
  /** Further settings of the module. */
  settings?: object;
  /** Patches the scenario. */
  patch?: object;
}

interface Written {
  kind: string;
  key: string;
  data: Record<string, unknown>;
}

interface Requested {
  method: string;
  path: string;
  expected: boolean;
  mutating: boolean;
}

/** A Jira with one project, and the module connected to it. A request that it does not know fails the test. */
export async function jiraWorld({ flavor = 'cloud', settings = {}, patch }: Options = {}) {
  const sandbox = await startSandbox({ scenario: SCENARIO });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  const control = async (path: string, body?: unknown) =>
    await boundedFetch(`${sandbox.control}${path}`, body, 5_000);
  if (patch !== undefined) await control('/scenario', { patch });
  const { user, ...rest } = loadSettings(sandbox.config).settings.modules.jira ?? {};
  const module = { ...rest, ...(flavor === 'cloud' ? { user } : { flavor }), ...settings };
  const registry = new Registry([jira], { jira: module }, services);
  const options = { principal, now: 0 };
  const said = async <T>(path: string) => (await control(path)) as T;
  const requests = async () => (await said<{ requests: Requested[] }>('/requests')).requests;
  onTestFinished(async () => {
    const strange = (await requests()).filter(({ expected }) => !expected);
    if (strange.length > 0) throw new Error(`nobody expected ${JSON.stringify(strange)}`);
  });

  return {
    registry,
    fault: (fault: object) => control('/faults', { system: 'jira', ...fault }),
    clock: (by: string) => control('/clock', { advance: by }),
    read: async (tool: string, input: object) =>
      (await registry.read(tool, input, options)) as Record<string, unknown>,
    effects: (tool: string, input: object) => registry.effects(tool, input, options),
    write: async (tool: string, input: object) =>
      (await registry.write(tool, input, options, (effects) => performDirect(effects, services))) as Record<
        string,
        unknown
      >,
    /** What really changed. */
    written: async () => (await said<{ effects: Written[] }>('/effects')).effects,
    requests,
  };
}
