import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ShelfWorld {
  url: string;
  /** What is there now. */
  things(): Record<string, string>;
  /** Requests that changed something, in order; the same twice was sent twice. */
  changes(): string[];
  reset(): void;
  close(): Promise<void>;
}

const BEFORE = { live: 'old' };

/** Things with values: PUT sets one, DELETE takes it away. It counts each request, also those that change nothing. */
export async function shelfWorld(): Promise<ShelfWorld> {
  let things: Record<string, string> = { ...BEFORE };
  let changes: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [name = '', value = ''] = url.pathname.slice(1).split('/');
    if (request.method === 'PUT') things[name] = value;
    if (request.method === 'DELETE') delete things[name];
    if (request.method !== 'GET') changes.push(`${request.method} ${url.pathname.slice(1)}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ things }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    things: () => ({ ...things }),
    changes: () => [...changes],
    reset: () => {
      things = { ...BEFORE };
      changes = [];
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
