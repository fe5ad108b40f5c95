import { mkdirSync, mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { control } from './control/control.ts';
import { send } from './delivery.ts';
import { dispatch } from './dispatch.ts';
import { json } from './http.ts';
import { loadScenario } from './scenario/load.ts';
import { writeKeys, writeSecrets, writeSettings } from './settings.ts';
import { projectsOf } from './systems/jira-state.ts';
import { World } from './world.ts';

const CONTROL = '/_control';

export interface SandboxOptions {
  port?: number;
  /** A bundled name, a file, or the scenario itself. */
  scenario: string | object;
  /** Where settings, keys and secrets go; a fresh folder below the system's temporary one when absent. */
  dir?: string;
}

export interface Sandbox {
  url: string;
  control: string;
  config: string;
  dir: string;
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const raw = loadScenario(options.scenario);
  const dir =
    options.dir === undefined ? mkdtempSync(join(tmpdir(), 'sluice-sandbox-')) : resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const secrets = writeSecrets(dir);
  const world = new World(raw, [...secrets.values()], join(dir, 'git'));
  let origin = '';
  const server = createServer((req, res) => {
    serve(world, secrets, origin, req, res).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (!res.headersSent) send(res, json(500, { error: `the sandbox itself failed: ${message}` }));
      else res.destroy();
    });
  });
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, '127.0.0.1', ready);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox got no port');
  origin = `http://127.0.0.1:${address.port}`;
  writeKeys(dir);
  const { git, gitlab, jira } = world.scenario;
  const config = writeSettings(dir, origin, {
    repositories: Object.keys(git.repositories).length > 0,
    gitlab: Object.keys(gitlab?.projects ?? {}),
    jira: jira === undefined ? [] : projectsOf(jira),
  });
  const close = async () => {
    const closed = new Promise<void>((done) => server.close(() => done()));
    // Held answers would keep the server open for ever.
    server.closeAllConnections();
    await closed;
  };
  return { url: origin, control: `${origin}${CONTROL}`, config, dir, close };
}

async function serve(
  world: World,
  secrets: ReadonlyMap<string, string>,
  origin: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const path = (req.url ?? '/').split('?')[0] ?? '/';
  if (path.startsWith(`${CONTROL}/`)) {
    send(res, await control(world, req, path.slice(CONTROL.length)));
    return;
  }
  const leave = world.clock.enter();
  res.once('close', leave);
  const streams = await dispatch(world, secrets, origin, req, res);
  // A stream has had its answer: time may pass while it is open.
  if (streams) leave();
}
