import { Console } from 'node:console';
import { randomUUID } from 'node:crypto';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { App } from '../app.ts';
import type { FaceOptions } from './catalog.ts';
import { createServerFactory } from './server.ts';

/**
 * Serves one client over stdin and stdout, in either protocol era, until it closes stdin or the
 * process is told to end. Resolves when the app is closed: the caller ends the process.
 */
export async function serveStdioFace(app: App, options: FaceOptions): Promise<void> {
  // stdout carries JSON-RPC alone, whatever a library may want to say.
  globalThis.console = new Console(process.stderr, process.stderr);
  const factory = createServerFactory(app, options, randomUUID());
  const handle = serveStdio(factory, { onerror: (err) => app.log.debug({ err }, 'stdio') });
  await ended();
  await handle.close();
  await app.close();
}

async function ended(): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => resolve();
    process.stdin.once('end', done).once('close', done);
    process.once('SIGINT', done).once('SIGTERM', done);
  });
}
