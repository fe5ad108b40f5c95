import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startProcess } from './server-process.ts';
import { startTokenService } from './token-service.ts';

export interface Registry {
  url: string;
  close(): Promise<void>;
}

export interface TokenRegistry extends Registry {
  user: string;
  password: string;
}

/** A real registry that asks nobody who he is; it deletes when told to. */
export async function startRegistry(): Promise<Registry> {
  return await inFolder((dir) => serve(dir, {}));
}

/**
 * A real registry behind a token service as Quay's is: a robot account pushes, anybody pulls, except
 * from repositories below `private/`.
 */
export async function startTokenRegistry(): Promise<TokenRegistry> {
  return await inFolder(async (dir) => {
    const tokens = await startTokenService(dir);
    try {
      const registry = await serve(dir, { auth: { token: tokens.settings } });
      const close = async () => {
        await registry.close();
        await tokens.close();
      };
      return { ...registry, user: tokens.user, password: tokens.password, close };
    } catch (error) {
      await tokens.close();
      throw error;
    }
  });
}

/** A server with a folder of its own, which goes with it. */
async function inFolder<T extends Registry>(start: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-registry-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  try {
    const server = await start(dir);
    const close = async () => {
      await server.close();
      await remove();
    };
    return { ...server, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function serve(dir: string, more: object): Promise<Registry> {
  const settings = join(dir, 'config.yml');
  const storage = { filesystem: { rootdirectory: join(dir, 'data') }, delete: { enabled: true } };
  await writeFile(
    settings,
    stringify({
      version: 0.1,
      log: { level: 'info', formatter: 'json' },
      storage,
      http: { addr: '127.0.0.1:0' },
      ...more,
    }),
  );
  const addressIn = (output: string) => /"listening on (127\.0\.0\.1:\d+)"/.exec(output)?.[1];
  const process = await startProcess({
    name: 'docker-registry',
    command: 'docker-registry',
    args: ['serve', settings],
    withinMs: 20_000,
    ready: async (output) => {
      const address = addressIn(output);
      return address !== undefined && [200, 401].includes((await fetch(`http://${address}/v2/`)).status);
    },
  });
  return { url: `http://${addressIn(process.output())}`, close: process.close };
}
