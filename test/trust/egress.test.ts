import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { addressFault } from '../../src/kit/address.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { Http } from '../../src/kit/http.ts';
import { pinned } from '../../src/kit/pin.ts';
import { dispatchedBy, guardedAgent } from '../../src/kit/transport.ts';
import { Remote } from '../../tools/git/remote.ts';
import { modules } from '../../tools/modules.ts';
import { gitServer } from '../support/git-server.ts';
import { held, services, standIn } from '../support/stand-in.ts';
import { liarBefore } from './liar.ts';
import { allTools, startMachines } from './machine.ts';
import { inputWith } from './samples.ts';
import { recordSockets } from './sockets.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const refusalOf = async (work: Promise<unknown>): Promise<SluiceError> => {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof SluiceError) return error;
  throw new Error(`not refused but ${String(error)}`);
};

/** What the names of this machine lead to, one answer after the other; the last one stays. */
function names(...answers: string[][]) {
  let asked = 0;
  // What the system's resolver is called with differs; the answer is always the last argument's.
  const lookup = (...given: unknown[]) => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    const found = answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const done = given.at(-1);
    if (typeof done === 'function') done(null, found);
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as typeof dns.lookup);
  return { asked: () => asked };
}

async function listening(host: string, port: number): Promise<{ seen: string[]; port: number }> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  await new Promise<void>((ready) => server.listen(port, host, ready));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

describe('promise 44: an address', () => {
  it.each([
    ['169.254.169.254', 'link-local'],
    ['169.254.0.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['192.0.0.192', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['::169.254.169.254', 'link-local'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['2002:a9fe:a9fe::', 'link-local'],
    ['::ffff:0:a9fe:a9fe', 'link-local'],
    ['2001:0:4136:e378:8000:63bf:5601:5601', 'link-local'],
    ['127.0.0.1', 'loopback'],
    ['127.8.8.8', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['nonsense', 'no address'],
  ])('%s is refused to a host of the settings: %s', (address, why) => {
    expect(addressFault(address, 'api.example.com')).toContain(why);
  });

  it.each(['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd12::1', '198.51.100.7', '2001:db8::1'])(
    '%s is allowed, since the owner named the host',
    (address) => {
      expect(addressFault(address, 'api.example.com')).toBeUndefined();
    },
  );

  it.each([
    ['127.0.0.1', 'localhost'],
    ['::1', 'localhost'],
    ['127.0.0.5', '127.0.0.5'],
    ['::1', '::1'],
    ['127.0.0.1', 'a.localhost'],
  ])('%s is allowed to %s, which says that it is loopback', (address, host) => {
    expect(addressFault(address, host)).toBeUndefined();
  });

  it.each(['10.0.0.1', '198.51.100.7', '169.254.169.254'])('%s is refused to localhost', (address) => {
    expect(addressFault(address, 'localhost')).toBeDefined();
  });
});

describe('promise 44: an address that is spelled oddly', () => {
  it.each([
    ['octal', 'http://0177.0.0.1:PORT/x'],
    ['hexadecimal', 'http://0x7f.0.0.1:PORT/x'],
    ['one number', 'http://2130706433:PORT/x'],
    ['fewer parts', 'http://127.1:PORT/x'],
    ['IPv6 around it', 'http://[::ffff:127.0.0.1]:PORT/x'],
    ['IPv6', 'http://[::1]:PORT/x'],
    ['a name of it', 'http://localhost:PORT/x'],
    ['a trailing dot', 'http://127.0.0.1.:PORT/x'],
    ['wide digits', 'http://127。0。0。1:PORT/x'],
    ['a user', 'http://user@127.0.0.1:PORT/x'],
    ['a user and a password', 'http://user:word@127.0.0.1:PORT/x'],
    ['an empty user', 'http://@127.0.0.1:PORT/x'],
    ['our host as user', 'http://127.0.0.1:PORT@thief.example.com/x'],
    ['our host before a fragment', 'http://thief.example.com#@127.0.0.1:PORT/x'],
    ['our host behind a backslash', 'http://thief.example.com\\@127.0.0.1:PORT/x'],
    ['a tab inside', 'http://127.0.\t0.1:PORT/x'],
    ['another port', 'http://127.0.0.1:1/x'],
    ['another protocol', 'https://127.0.0.1:PORT/x'],
    ['a protocol of its own', 'ftp://127.0.0.1:PORT/x'],
    ['a file', 'file:///etc/passwd'],
    ['an upper case protocol and another host', 'HTTP://thief.example.com/x'],
  ])('is refused by the rule egress: %s', async (_name, target) => {
    await using server = await standIn({});
    using sockets = recordSockets();
    const { port } = new URL(server.url);
    const error = await refusalOf(server.http().get(target.replace('PORT', port)));
    expect(error.rule).toBe('egress');
    expect(['forbidden', 'invalid_input']).toContain(error.code);
    expect(error.remedy.length).toBeGreaterThan(10);
    expect(sockets.attempts).toEqual([]);
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['upper case', 'https://GitLab.example.com/x'],
    ['a trailing dot', 'https://gitlab.example.com./x'],
    ['a look-alike in Cyrillic', 'https://gitl\u0430b.example.com/x'],
    ['a look-alike in Punycode', 'https://xn--gitlb-3ve.example.com/x'],
    ['wide letters', 'https://ｇitlab.example.com/x'],
    ['http', 'http://gitlab.example.com/x'],
    ['another port', 'https://gitlab.example.com:8443/x'],
    ['a host below', 'https://a.gitlab.example.com/x'],
    ['a host that begins so', 'https://gitlab.example.com.thief.example/x'],
    ['a host that ends so', 'https://thiefgitlab.example.com/x'],
  ])('of gitlab.example.com is refused: %s', async (_name, target) => {
    const http = new Http({ system: 's', baseUrl: 'https://gitlab.example.com' }, services);
    using sockets = recordSockets();
    const lookups = names(['198.51.100.7']);
    expect(await refusalOf(http.get(target))).toMatchObject({ code: 'forbidden', rule: 'egress' });
    expect(await refusalOf(http.send('POST', target, held))).toMatchObject({ rule: 'egress' });
    expect([sockets.attempts, lookups.asked()]).toEqual([[], 0]);
  });

  it('is fine when it names the usual port, or the host as the settings do', async () => {
    await using server = await standIn({ 'GET /x': [{ body: 1 }], 'GET /y': { body: 2 } });
    const { port } = new URL(server.url);
    const settings = `http://LOCALHOST:${port}`;
    const http = new Http({ system: 's', baseUrl: settings }, services);
    for (const target of [`${settings}/x`, `http://localhost:${port}/y`]) await http.get(target);
    expect(server.requests()).toEqual(['GET /x', 'GET /y']);
  });

  it.each(['http://169.254.169.254', 'http://0.0.0.0:80', 'http://[fe80::1]', 'http://[ff02::1]'])(
    'and %s is refused even where the settings name it',
    async (baseUrl) => {
      using sockets = recordSockets();
      const http = new Http({ system: 's', baseUrl }, services);
      expect(await refusalOf(http.get('/latest/meta-data'))).toMatchObject({ rule: 'egress' });
      expect(sockets.attempts).toEqual([]);
    },
  );

  it.each(['a/b', 'user@host', 'host?x', ''])('and %j is no host for allowed_hosts', (host) => {
    const options = { system: 's', baseUrl: 'https://a.example.com', allowedHosts: [host] };
    expect(() => new Http(options, services)).toThrow('allowed_hosts');
  });
});

describe('promise 44: a name', () => {
  it.each([
    ['169.254.169.254'],
    ['127.0.0.1'],
    ['0.0.0.0'],
    ['::1'],
    ['fe80::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::a9fe:a9fe'],
    ['224.0.0.1'],
    ['198.51.100.7', '127.0.0.1'],
    ['127.0.0.1', '198.51.100.7'],
  ])('that leads to %s %s is not connected to', async (...addresses) => {
    const { seen, port } = await listening('127.0.0.1', 0);
    using sockets = recordSockets();
    const lookups = names(addresses);
    const http = new Http({ system: 's', baseUrl: `http://api.example.com:${port}` }, services);
    const error = await refusalOf(http.get('/x'));
    expect(error).toMatchObject({ code: 'forbidden', rule: 'egress', reached: 'no' });
    expect(error.message).toMatch(/^api\.example\.com leads to .*, which is .*: nothing was sent\.$/);
    expect(await refusalOf(http.send('POST', '/x', held))).toMatchObject({ rule: 'egress', reached: 'no' });
    expect([sockets.attempts, seen, lookups.asked()]).toEqual([[], [], 2]);
  });

  it('is looked up once, and what was judged is what is connected to', async () => {
    const first = await listening('127.0.0.1', 0);
    const second = await listening('127.0.0.2', first.port);
    using sockets = recordSockets();
    const lookups = names(['127.0.0.1'], ['127.0.0.2']);
    const transport = dispatchedBy(() => agent);
    const agent = guardedAgent();
    const http = new Http({ system: 's', baseUrl: `http://localhost:${first.port}`, transport }, services);
    await http.get('/x');
    expect(lookups.asked()).toBe(1);
    expect(sockets.addresses()).toEqual([`127.0.0.1:${first.port}`]);
    expect([first.seen, second.seen]).toEqual([['GET /x'], []]);
    await (await agent).close();
  });

  it('that leads elsewhere a moment later is refused then', async () => {
    const { seen, port } = await listening('127.0.0.1', 0);
    using sockets = recordSockets();
    names(['127.0.0.1'], ['169.254.169.254']);
    // Two connections: the first one is not kept.
    const transport = dispatchedBy(() => guardedAgent());
    const http = new Http({ system: 's', baseUrl: `http://localhost:${port}`, transport }, services);
    await http.get('/x');
    expect(await refusalOf(http.get('/y'))).toMatchObject({ code: 'forbidden', rule: 'egress' });
    expect([sockets.addresses(), seen]).toEqual([[`127.0.0.1:${port}`], ['GET /x']]);
  });
});

describe('promise 44: git', () => {
  it('connects to the address that was judged, not to one that it looks up', async () => {
    await using server = await gitServer({ open: true });
    server.create('app.git');
    server.seed('app.git', [{ branch: 'main', files: { a: '1' } }]);
    const url = server.url.replace('127.0.0.1', 'localhost');
    const { clock, callLimitMs } = services;
    const authorization = async () => undefined;
    const remote = new Remote({ name: 'app', url: `${url}/app.git`, authorization, clock, callLimitMs });
    expect((await remote.refs(['refs/heads/*'])).size).toBe(1);
    // Nobody listens there; git's own look-up would lead to the server.
    names(['127.0.0.9']);
    const asked = server.requests.length;
    await expect(remote.refs(['refs/heads/*'])).rejects.toMatchObject({ code: 'upstream' });
    names(['169.254.169.254']);
    await expect(remote.refs(['refs/heads/*'])).rejects.toMatchObject({ code: 'forbidden', rule: 'egress' });
    expect(server.requests.length).toBe(asked);
  });

  it('is told the address in its own words, and none behind a proxy', async () => {
    names(['198.51.100.7', '2001:db8::1']);
    expect(await pinned('https://git.example.com/a.git', {})).toBe(
      'git.example.com:443:198.51.100.7,[2001:db8::1]',
    );
    expect(await pinned('https://git.example.com/a.git', { HTTPS_PROXY: 'http://p' })).toBeUndefined();
    expect(await pinned('/srv/git/a.git', {})).toBeUndefined();
    await expect(pinned('http://169.254.169.254/a.git', {})).rejects.toMatchObject({ rule: 'egress' });
  });
});

describe('promise 44: a proxy', () => {
  const proxy = async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end('{}');
    });
    server.on('connect', (request, socket) => {
      seen.push(`CONNECT ${request.url}`);
      socket.end('HTTP/1.1 502 no\r\n\r\n');
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
    return { seen, port: (server.address() as AddressInfo).port };
  };

  it('of the environment carries all, when Node is told to use it, and looks up names itself', async () => {
    const { seen, port } = await proxy();
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${port}`);
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`);
    vi.stubEnv('NO_PROXY', '');
    using sockets = recordSockets();
    const lookups = names(['198.51.100.7']);
    const agent = guardedAgent();
    const at = (baseUrl: string) =>
      new Http({ system: 's', baseUrl, transport: dispatchedBy(() => agent) }, services);
    await at('http://plain.example.com').get('/x');
    await refusalOf(at('https://api.example.com').send('POST', '/y', held));
    expect(seen.map((line) => line.replace('http://plain.example.com', ''))).toEqual([
      expect.stringMatching(/^(GET \/x|CONNECT plain\.example\.com:80)$/),
      'CONNECT api.example.com:443',
    ]);
    expect([sockets.addresses(), lookups.asked()]).toEqual([[`127.0.0.1:${port}`], 0]);
    await (await agent).close();
  });

  it('of a kubeconfig is used alone', async () => {
    const { seen, port } = await proxy();
    using sockets = recordSockets();
    const agent = guardedAgent({ proxy: `http://127.0.0.1:${port}` });
    const transport = dispatchedBy(() => agent);
    await refusalOf(
      new Http({ system: 's', baseUrl: 'https://api.example.com:6443', transport }, services).send(
        'POST',
        '/',
        held,
      ),
    );
    expect(seen).toEqual(['CONNECT api.example.com:6443']);
    expect(sockets.addresses()).toEqual([`127.0.0.1:${port}`]);
    await (await agent).close();
  });
});

describe('promise 44: a redirect', () => {
  it.each([301, 302, 303, 307, 308])('of %i is followed by no read and no write', async (status) => {
    await using thief = await standIn({});
    const redirect = { status, headers: { location: `${thief.url}/b` } };
    await using server = await standIn({ 'GET /a': redirect, 'POST /a': redirect });
    using sockets = recordSockets();
    const http = server.http({ authorization: 'Bearer ours' });
    for (const work of [http.get('/a'), http.send('POST', '/a', held)]) {
      expect(await refusalOf(work)).toMatchObject({ code: 'upstream', rule: 'egress' });
    }
    expect(server.requests()).toEqual(['GET /a', 'POST /a']);
    expect(sockets.addresses()).toEqual([new URL(server.url).host]);
  });
});

describe('promise 44: the modules', () => {
  const reads = allTools.filter(({ tool }) => tool.effect === 'read');
  const withReads = modules
    .map(({ name }) => name)
    .filter((name) => reads.some(({ module }) => module === name))
    .sort();
  const callOf = (module: string, tool: (typeof reads)[number]['tool']) =>
    inputWith(module, tool, undefined, '');

  it(`contact nobody but the hosts of their settings, whatever ${reads.length} reads are answered`, async () => {
    const thief = await listening('127.0.0.1', 0);
    const stolen = `http://127.0.0.1:${thief.port}`;
    const liars: Awaited<ReturnType<typeof liarBefore>>[] = [];
    const front = async (url: string) => {
      const liar = await liarBefore(url, stolen);
      liars.push(liar);
      return liar.url;
    };
    await using world = await startMachines({ front });
    onTestFinished(async () => {
      for (const liar of liars) await liar.close();
    });
    using sockets = recordSockets();
    const asked = new Set<string>();
    const count = () => liars.reduce((sum, liar) => sum + liar.asked, 0);
    for (const { module, tool } of reads) {
      const before = sockets.attempts.length;
      for (const liar of liars) liar.redirecting = false;
      await world.call(tool.name, callOf(module, tool)).catch(() => undefined);
      for (const liar of liars) liar.redirecting = true;
      await world.call(tool.name, callOf(module, tool)).catch(() => undefined);
      if (count() > before) asked.add(module);
    }
    const allowed = [...liars, ...world.worlds].map(({ url }) => new URL(url).host);
    expect(sockets.addresses().filter((address) => !allowed.includes(address))).toEqual([]);
    expect(thief.seen).toEqual([]);
    expect([...asked].sort()).toEqual(withReads);
  }, 240_000);
});
