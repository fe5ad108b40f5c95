import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { QUICK } from '../support/quick.ts';

export const ENTRY = join(import.meta.dirname, 'serve-entry.ts');

/** A sandbox, a state folder, and what a server process needs to know of them. */
export interface World {
  sandbox: Sandbox;
  /** The server's state folder; not there before a tool needs it. */
  home: string;
  env: Record<string, string>;
  [Symbol.asyncDispose](): Promise<void>;
}

const READER = {
  persona: 'reader',
  title: 'Reader of advisories',
  tools: ['errata_*', 'oar_get_release_metadata'],
  core: ['errata_get_advisory'],
  role: 'Read advisories.',
};

/** A skill in a folder of its own, with the persona that has it. */
export interface OwnSkill {
  name: string;
  flow: string;
  tools: readonly string[];
}

interface WorldOptions {
  scenario?: string;
  skill?: OwnSkill;
  /** On top of what the sandbox writes. */
  settings?: Record<string, unknown>;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { skill, settings: more = {}, scenario = 'z-stream-4.20.27' } = options;
  const dir = mkdtempSync(join(tmpdir(), 'sluice-mcp-'));
  const sandbox = await startSandbox({ scenario, dir: join(dir, 'sandbox') });
  mkdirSync(join(dir, 'personas'));
  writeFileSync(join(dir, 'personas', 'reader.yaml'), stringify(READER));
  const settings: unknown = parse(readFileSync(sandbox.config, 'utf8'));
  const config = join(dir, 'sluice.yaml');
  const folders = { personas: [join(dir, 'personas')], skills: [join(dir, 'skills')] };
  if (skill !== undefined) writeSkill(dir, skill);
  writeFileSync(config, stringify({ ...Object(settings), ...folders, ...more }));
  const home = join(dir, 'home');
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    sandbox,
    home,
    env: { ...Object.fromEntries(inherited), SLUICE_CONFIG: config, SLUICE_HOME: home, SLUICE_LOG: 'error' },
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function writeSkill(dir: string, { name, flow, tools }: OwnSkill): void {
  const folder = join(dir, 'skills', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'SKILL.md'), `---\nname: ${name}\ndescription: ${name}.\n---\n\n# ${name}\n`);
  writeFileSync(join(folder, 'flow.yaml'), flow);
  const persona = {
    persona: name,
    title: name,
    tools,
    core: tools,
    flows: [name],
    skills: [name],
    role: name,
  };
  writeFileSync(join(dir, 'personas', `${name}.yaml`), stringify(persona));
}

export interface HttpServer {
  url: string;
  process: ChildProcess;
  /** What it has said on stderr. */
  said(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startHttp(world: World, args: readonly string[] = []): Promise<HttpServer> {
  const child = spawn(process.execPath, ['--import', QUICK, ENTRY, '--http', '127.0.0.1:0', ...args], {
    env: world.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const url = await new Promise<string>((ready, failed) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const found = /^ready (\S+)$/m.exec(said)?.[1];
      if (found !== undefined) ready(found);
    });
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  return {
    url,
    process: child,
    said: () => said,
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    },
  };
}
