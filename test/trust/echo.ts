import { request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const wrapped = (text: string, width: number) =>
  text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? '';

/** A credential as a careless system says it back. */
export function saidBack(credential: string): string {
  const base64 = Buffer.from(credential).toString('base64');
  return [
    `you sent ${credential}`,
    base64,
    wrapped(base64, 20),
    Buffer.from(`user:${credential}`).toString('base64'),
    Buffer.from(credential).toString('hex'),
    encodeURIComponent(credential),
    credential.replace(/./g, (one) => `%${one.charCodeAt(0).toString(16)}`),
    wrapped(credential, 11),
  ].join(' or\n');
}

export interface Echo {
  url: string;
  /** What reached the outside: addresses and bodies, without the headers that prove who we are. */
  heard: string[];
  close(): Promise<void>;
}

/**
 * Stands before a sandbox and tells everybody the credential that they came with: in errors, at the
 * first read of each system, and in every sentence and log from then on.
 */
export async function echoBefore(system: string): Promise<Echo> {
  const target = new URL(system);
  const heard: string[] = [];
  const failed = new Set<string>();
  let own = '';
  // Where a token is to be had, for one, stands in a header.
  const here = (text: string) => text.replaceAll(target.origin, own);
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const body = Buffer.concat(parts);
    heard.push(`${incoming.method} ${incoming.url}`, body.toString('latin1'));
    const said = saidBack(credentialOf(incoming));
    const first = (incoming.url ?? '').split('/')[1] ?? '';
    if (incoming.method === 'GET' && !/^(git|_control)$/.test(first) && !failed.has(first)) {
      failed.add(first);
      outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(said);
      return;
    }
    const headers = { ...incoming.headers, host: target.host };
    const { hostname: host, port } = target;
    const passed = ask(
      { host, port, method: incoming.method, path: incoming.url, headers },
      async (answer) => {
        const type = String(answer.headers['content-type'] ?? '');
        const kept = Object.entries(answer.headers).filter(
          ([name]) => !['content-length', 'transfer-encoding', 'connection'].includes(name),
        );
        const answered: Buffer[] = [];
        for await (const part of answer) answered.push(part);
        const whole = Buffer.concat(answered);
        outgoing
          .writeHead(
            answer.statusCode ?? 500,
            Object.fromEntries(kept.map(([name, value]) => [name, here(String(value))])),
          )
          .end(talking(whole, type, /log|trace/.test(incoming.url ?? ''), said));
      },
    );
    passed.on('error', () => outgoing.destroy());
    passed.end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    heard,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function credentialOf({ headers }: IncomingMessage): string {
  const given = headers.authorization ?? headers['private-token'] ?? 'nothing at all';
  const [, pair] = /^Basic (.+)$/.exec(String(given)) ?? [];
  if (pair !== undefined)
    return Buffer.from(pair, 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
  return String(given).replace(/^\w+ /, '');
}

function talking(body: Buffer, type: string, isLog: boolean, said: string): Buffer | string {
  // A file that somebody parses stays one.
  if (isLog && type.startsWith('text/plain')) return `${body.toString()}\n${said}\n`;
  if (!type.includes('json')) return body;
  try {
    return JSON.stringify(JSON.parse(body.toString()), (_key, value: unknown) =>
      typeof value === 'string' && / /.test(value) ? `${value} ${said}` : value,
    );
  } catch {
    return body;
  }
}

/** Which of the canaries shows up in a text, and how; read by other means than those that hide them. */
export function leaks(text: string, canaries: ReadonlyMap<string, string>): string[] {
  const close = text.replace(/\\+[nrt]|\s/g, '');
  const readings = [text, close, close.toLowerCase(), decoded(close)];
  return [...canaries].flatMap(([name, canary]) =>
    signsOf(canary).flatMap(([how, sign]) =>
      readings.some((reading) => reading.includes(sign)) ? [`${name}: ${how}`] : [],
    ),
  );
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function signsOf(canary: string): [how: string, sign: string][] {
  const base64 = (before: string) => Buffer.from(before + canary).toString('base64');
  return [
    ['raw', canary],
    ['its beginning', canary.slice(0, 16)],
    ['its end', canary.slice(-16)],
    ['base64', base64('').slice(0, 24)],
    ['base64 behind one character', base64('x').slice(4, 24)],
    ['base64 behind two characters', base64('xx').slice(4, 24)],
    ['hexadecimal', Buffer.from(canary).toString('hex').slice(0, 32)],
  ];
}
