import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../../sandbox/server.ts';
import { loadSettings } from '../../../src/kit/settings.ts';
import { toolsWith } from './tools.ts';

export const COMMIT = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678';
export const REPOSITORY = 'team-prod/group/app';

/** A Quay with one image of one commit, and whatever the test gives it besides. */
export async function quayWorld(parts: { image?: object; scans?: object; registry?: object; quay?: object }) {
  const scenario = {
    name: 'quay',
    clock: '2026-03-02T12:00:00Z',
    registry: {
      host: 'quay.io',
      token: true,
      images: { app: { created: '2026-03-02T10:00:00Z', ...parts.image } },
      tags: { [REPOSITORY]: { [COMMIT]: [{ at: '2026-03-02T11:00:00Z', value: 'app' }] } },
      ...parts.registry,
    },
    quay: { scans: parts.scans ?? {}, ...parts.quay },
  };
  const sandbox = await startSandbox({ scenario });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  const settings = loadSettings(sandbox.config).settings.modules.quay as Record<string, unknown>;
  const control = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(sandbox.control + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  return {
    ask: toolsWith(settings),
    askWith: (more: object) => toolsWith({ ...settings, ...more }),
    to: (moment: string) => control('/clock', { to: moment }),
    fault: (fault: object) => control('/faults', fault),
    patch: (patch: object) => control('/scenario', { patch }),
    image: `quay.io/${REPOSITORY}:${COMMIT}`,
  };
}
