import { createPrivateKey, randomUUID, sign, timingSafeEqual, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificate.ts';

const SERVICE = 'registry.test';
const ISSUER = 'tokens.test';
const USER = 'team+robot';
const PASSWORD = 'robot-password-0123456789';
const LIFE_SECONDS = 300;

interface Access {
  type: string;
  name: string;
  actions: string[];
}

/** The other half of the registry's Bearer authentication: who asks for which scope gets which token. */
export async function startTokenService(dir: string) {
  const { certificate, key } = await makeCertificate(dir, 'tokens');
  const chain = [new X509Certificate(await readFile(certificate)).raw.toString('base64')];
  const signing = createPrivateKey(await readFile(key));
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://tokens.test');
    const account = accountOf(request.headers.authorization);
    if (account === 'refused') {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'wrong name or password' }] }));
      return;
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: ISSUER,
      sub: account,
      aud: searchParams.get('service') ?? SERVICE,
      iat: now,
      nbf: now - 10,
      exp: now + LIFE_SECONDS,
      jti: randomUUID(),
      access: searchParams.getAll('scope').flatMap((scope) => granted(scope, account)),
    };
    const head = `${encoded({ typ: 'JWT', alg: 'RS256', x5c: chain })}.${encoded(claims)}`;
    const token = `${head}.${sign('sha256', Buffer.from(head), signing).toString('base64url')}`;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token, expires_in: LIFE_SECONDS }));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/auth`;
  return {
    user: USER,
    password: PASSWORD,
    settings: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: certificate },
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Nobody is `''`. */
function accountOf(authorization: string | undefined): string {
  if (authorization === undefined) return '';
  const given = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64');
  const wanted = Buffer.from(`${USER}:${PASSWORD}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? USER : 'refused';
}

/** `repository:team/app:pull,push`; what may not be done is left out without a word, as registries do. */
function granted(scope: string, account: string): Access[] {
  const [, type = '', name = '', actions = ''] = /^([^:]+):(.+):([^:]*)$/.exec(scope) ?? [];
  if (type !== 'repository') return [];
  const asked = actions.split(',');
  if (account !== '') return [{ type, name, actions: asked }];
  return name.startsWith('private/') || !asked.includes('pull') ? [] : [{ type, name, actions: ['pull'] }];
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
