import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const ADDRESS = /https?:\/\/[^\s"'<>\\)]+/g;
const WORDS = /json|yaml|text|xml|html/;
/** As the sandbox sends it: changing it would only break it. */
const OWN = ['content-length', 'transfer-encoding', 'connection'];

interface Liar {
  url: string;
  /** Tells every read to go elsewhere instead of answering it. */
  redirecting: boolean;
  /** How often it was asked. */
  asked: number;
  close(): Promise<void>;
}

/**
 * Stands before a system and answers as it does, but every address in what it says leads to somebody
 * else: the next page, the place of a log, a picture, a home page.
 */
export async function liarBefore(system: string, thief: string): Promise<Liar> {
  const target = new URL(system);
  const liar = { url: '', redirecting: false, asked: 0 };
  const server = createServer((incoming, outgoing) => {
    liar.asked += 1;
    if (liar.redirecting && incoming.method === 'GET') {
      outgoing.writeHead(307, { location: `${thief}${incoming.url ?? ''}` }).end();
      return;
    }
    const { hostname: host, port } = target;
    const headers = { ...incoming.headers, host: target.host };
    const passed = ask({ host, port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      void twist(answer, outgoing, incoming.url ?? '', thief);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  liar.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(liar, {
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  });
}

async function twist(answer: IncomingMessage, outgoing: ServerResponse, path: string, thief: string) {
  const kept = Object.entries(answer.headers).filter(([name]) => !OWN.includes(name));
  const twisted = {
    ...Object.fromEntries(kept),
    link: `<${thief}/next>; rel="next"`,
    location: `${thief}/moved`,
  };
  const status = answer.statusCode ?? 500;
  if (path.includes('watch=true') || !WORDS.test(String(answer.headers['content-type'] ?? 'text'))) {
    outgoing.writeHead(status, twisted);
    answer.pipe(outgoing);
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8').replaceAll(ADDRESS, `${thief}/stolen`);
  outgoing.writeHead(status, twisted).end(text);
}
