import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from './server.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body read as JSON or YAML; undefined when it is neither. */
  body: unknown;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
  json?: unknown;
  signal?: AbortSignal;
  /** False sends no credentials. */
  auth?: boolean;
}

/** A caller with the generated credentials, as a tool would have them from its settings. */
export class Bench {
  readonly sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  secret(system: string): string {
    return readFileSync(join(this.sandbox.dir, 'secrets', `${system}-token`), 'utf8').trim();
  }

  credentials(path: string): Record<string, string> {
    const system = path.split('/')[1] ?? '';
    if (system === 'gitlab') return { 'private-token': this.secret('gitlab') };
    if (system === 'jenkins') {
      return { authorization: `Basic ${Buffer.from(`sluice:${this.secret('jenkins')}`).toString('base64')}` };
    }
    if (system === 'jira') {
      const basic = `sluice@example.com:${this.secret('jira')}`;
      return { authorization: `Basic ${Buffer.from(basic).toString('base64')}` };
    }
    const tokens = ['sheets', 'errata', 'gangway', 'github', 'slack'];
    const clusters = ['konflux-cluster', 'apps-cluster', 'kubearchive'];
    if (![...tokens, ...clusters].includes(system)) return {};
    return { authorization: `Bearer ${this.secret(system)}` };
  }

  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    const body = ask.form === undefined ? undefined : new URLSearchParams(ask.form);
    const response = await fetch(`${this.sandbox.url}${path}`, {
      method: ask.method ?? 'GET',
      headers: {
        ...(ask.auth === false ? {} : this.credentials(path)),
        ...(ask.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...ask.headers,
      },
      body: body ?? (ask.json === undefined ? null : JSON.stringify(ask.json)),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: read(text) };
  }

  post(path: string, ask: Ask = {}): Promise<Answer> {
    return this.ask(path, { ...ask, method: 'POST' });
  }

  control(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<Answer> {
    return this.ask(`/_control${path}`, { method, ...(body === undefined ? {} : { json: body }) });
  }

  async to(at: string): Promise<void> {
    const moved = await this.control('/clock', { to: at });
    if (moved.status !== 200) throw new Error(moved.text);
  }

  async effects(): Promise<{ system: string; kind: string; key: string; data: Record<string, unknown> }[]> {
    return list(await this.control('/effects'), 'effects');
  }

  async requests(): Promise<Record<string, unknown>[]> {
    return list(await this.control('/requests'), 'requests');
  }
}

/** One sandbox for a test file; tests that change the world set it back by `reset`. */
export function bench(scenario: string | object = 'z-stream-4.20.27'): {
  current: () => Bench;
  reset: () => Promise<void>;
} {
  let running: Bench | undefined;
  const current = () => {
    if (running === undefined) throw new Error('the sandbox is not up yet');
    return running;
  };
  beforeAll(async () => {
    running = new Bench(await startSandbox({ scenario }));
  });
  afterAll(async () => {
    if (running === undefined) return;
    await running.sandbox.close();
    rmSync(running.sandbox.dir, { recursive: true });
  });
  const reset = async () => {
    await current().control('/scenario', { scenario });
  };
  return { current, reset };
}

/** What stands at a path such as 'status.state' or 'items.0.id'. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.entries(here).find(([name]) => name === key)?.[1];
  }
  return here;
}

function list<T>(answer: Answer, key: string): T[] {
  const found: unknown = at(answer.body, key);
  if (!Array.isArray(found)) throw new Error(answer.text);
  return found;
}

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
