import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../../sandbox/server.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { loadSettings } from '../../../src/kit/settings.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import { gitlab } from '../module.ts';

export const TARGET = 'service/config';
export const FORK = 'bot/config';
export const FILE = 'data/saas.yaml';

const AT = '2026-03-02T10:00:00Z';

export function mergeRequest(more: object = {}) {
  return {
    title: 'Promote backend',
    state: 'opened',
    author: 'dev',
    source_branch: 'promote',
    target_branch: 'master',
    source_project_id: 2,
    web_url: `https://gitlab.example.com/${TARGET}/-/merge_requests/7`,
    created: AT,
    files: {},
    ...more,
  };
}

export function pipeline(id: number, status: string, jobs: object[] = []) {
  return { id, created: AT, status, jobs };
}

export const job = (id: number, name: string, status: string, more: object = {}) => ({
  id,
  name,
  stage: 'test',
  status,
  ...more,
});

/** A configuration repository and our fork of it, and whatever the test gives them besides. */
export async function gitlabWorld(target: object = {}, fork: object = {}, settings: object = {}) {
  const scenario = {
    name: 'gitlab',
    clock: '2026-03-02T12:00:00Z',
    gitlab: {
      users: [
        { id: 1, username: 'release-bot', name: 'Release Bot' },
        { id: 2, username: 'dev', name: 'Dev', email: 'dev@example.com' },
        { id: 3, username: 'lead', name: 'Lead' },
      ],
      token_user: 'release-bot',
      first_note_id: 900,
      projects: {
        [TARGET]: {
          id: 1,
          web_url: `https://gitlab.example.com/${TARGET}`,
          default_branch: 'master',
          branches: { master: { [FILE]: 'ref: old\n' } },
          ...target,
        },
        [FORK]: {
          id: 2,
          web_url: `https://gitlab.example.com/${FORK}`,
          default_branch: 'master',
          forked_from: TARGET,
          branches: {
            master: { [FILE]: 'ref: old\n' },
            'release-1': { [FILE]: 'ref: new\n' },
            stable: { [FILE]: 'ref: new\n' },
          },
          protected_branches: ['stable'],
          ...fork,
        },
      },
    },
  };
  const sandbox = await startSandbox({ scenario });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  const given = loadSettings(sandbox.config).settings.modules.gitlab;
  const registry = new Registry([gitlab], { gitlab: { ...Object(given), ...settings } }, services);
  const options = { principal, now: 0 };
  const control = async <T>(path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(
      sandbox.control + path,
      body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
    );
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };
  return {
    ask: async <T = Record<string, unknown>>(tool: string, input: unknown): Promise<T> =>
      (await registry.read(`gitlab_${tool}`, input, options)) as T,
    tell: async <T = Record<string, unknown>>(tool: string, input: unknown): Promise<T> =>
      (await registry.write(`gitlab_${tool}`, input, options, (effects) =>
        performDirect(effects, services),
      )) as T,
    effectsOf: (tool: string, input: unknown) => registry.effects(`gitlab_${tool}`, input, options),
    to: (moment: string) => control('/clock', { to: moment }),
    fault: (fault: object) => control('/faults', fault),
    patch: (patch: object) => control('/scenario', { patch }),
    effects: async () => {
      const { effects } = await control<{ effects: { kind: string; key: string }[] }>('/effects');
      return effects.map(({ kind, key }) => `${kind} ${key}`);
    },
    changes: async () => {
      const { requests } = await control<{ requests: { method: string; path: string }[] }>('/requests');
      return requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
    },
  };
}
