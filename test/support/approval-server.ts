import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { startHttp } from '../mcp/world.ts';
import {
  ACCOUNTS,
  approvalSandbox,
  approvalScenario,
  PROJECT,
  SECRET,
  type signedClick,
} from './approval-world.ts';
import { PEOPLE } from './fixture-engine.ts';

const FLOW = `
flow: ship-it
title: Ship it
inputs: { item: {} }
key: =inputs.item
steps:
  agree: { approve: { role: release-approver } }
  later: { needs: [agree], wait: { at: '"2026-06-25T13:00:00Z"' } }
  ship:
    needs: [later]
    environment: production
    uses: slack_post_message
    with: { channel: releases, text: '="shipped " + inputs.item', key: '="ship:" + inputs.item' }
    undo: { none: a message stays }
`;
const SKILL = '---\nname: ship-it\ndescription: Ships an item.\n---\n\nDrive ship-it.\n';
const PERSONA = {
  persona: 'shipper',
  title: 'Shipper',
  tools: ['slack_*', 'gitlab_*'],
  flows: ['ship-it'],
  skills: ['ship-it'],
  role: 'Ship.',
};

const Report = z.looseObject({
  release_id: z.string(),
  state: z.string(),
  plan_hash: z.string().nullable(),
  steps: z.array(z.looseObject({ id: z.string(), state: z.string(), cause: z.string() })),
  blocked_by: z.array(z.looseObject({ remedy: z.string() })),
});

/** What a real server process needs to know of the sandbox with people. */
export async function approvalServerWorld(approvals: object = {}) {
  const outside = await approvalSandbox(approvalScenario());
  const dir = mkdtempSync(join(tmpdir(), 'sluice-approvals-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'skills', 'ship-it'), { recursive: true });
  mkdirSync(join(dir, 'personas'));
  writeFileSync(join(dir, 'skills', 'ship-it', 'flow.yaml'), FLOW);
  writeFileSync(join(dir, 'skills', 'ship-it', 'SKILL.md'), SKILL);
  writeFileSync(join(dir, 'personas', 'shipper.yaml'), stringify(PERSONA));
  const secretFile = join(dir, 'signing-secret');
  writeFileSync(secretFile, SECRET, { mode: 0o600 });
  const given = Object(parse(readFileSync(outside.sandbox.config, 'utf8')));
  const settings = {
    ...given,
    identity: PEOPLE.lead,
    modules: { ...given.modules, slack: { ...given.modules.slack, channels: ['C0RELEASES', 'releases'] } },
    approvals: {
      ...given.approvals,
      roles: { 'release-approver': [PEOPLE.ann, PEOPLE.bob, PEOPLE.lead] },
      people: ACCOUNTS,
      gitlab: { project: PROJECT },
      slack: { channel: 'releases', signing_secret: `file:${secretFile}` },
      ...approvals,
    },
    environments: { production: { rollback: 'none' } },
    skills: [join(dir, 'skills')],
    personas: [join(dir, 'personas')],
  };
  const config = join(dir, 'sluice.yaml');
  writeFileSync(config, stringify(settings));
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const home = join(dir, 'home');
  return {
    outside,
    secretFile,
    sandbox: outside.sandbox,
    home,
    env: { ...Object.fromEntries(inherited), SLUICE_CONFIG: config, SLUICE_HOME: home, SLUICE_LOG: 'error' },
    serve: async function serve(args: readonly string[] = ['--persona', 'shipper']) {
      const server = await startHttp(this, args);
      onTestFinished(() => server[Symbol.asyncDispose]());
      return server;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export function reportIn(data: unknown): z.output<typeof Report> {
  return Report.parse(data);
}

interface Ask {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** By hand, as a tunnel would send it: under any name. */
export async function ask(
  url: string,
  { method = 'POST', path = '/slack/actions', headers = {}, body }: Ask,
) {
  const { hostname, port } = new URL(url);
  return await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode ?? 0, body: said }), reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

/** As Slack sends a click, through a tunnel. */
export async function deliver(
  url: string,
  { timestamp, signature, body }: ReturnType<typeof signedClick>,
  more: Record<string, string> = {},
) {
  const headers = {
    host: 'sluice.tunnel.example.com',
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
    ...more,
  };
  return await ask(url, { headers, body });
}
