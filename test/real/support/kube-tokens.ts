import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Api, call } from './kube-call.ts';

const ISSUER = 'https://kubernetes.test';
const AUDIENCE = 'api';
const HOUR = 3600;
const Made = z.object({ metadata: z.object({ uid: z.string() }) });

/** The key with which the server signs tokens of service accounts. We sign some ourselves: it makes none that is over. */
export async function makeTokens(dir: string) {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const privateKey = join(dir, 'accounts.key');
  const publicKey = join(dir, 'accounts.pub');
  await writeFile(privateKey, pair.privateKey, { mode: 0o600 });
  await writeFile(publicKey, pair.publicKey);
  const key = createPrivateKey(pair.privateKey);
  const tokenOf = (uid: string, until: number) => {
    const claims = {
      iss: ISSUER,
      aud: [AUDIENCE],
      sub: 'system:serviceaccount:default:machine',
      iat: until - HOUR,
      nbf: until - HOUR,
      exp: until,
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'machine', uid } },
    };
    const head = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`;
    return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
  };
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    privateKey,
    publicKey,
    /** Makes the account; one of its tokens is good for an hour, the other one was until an hour ago. */
    async forMachine(api: Api, admin: string): Promise<{ live: string; expired: string }> {
      const made = await call(api, 'POST', '/api/v1/namespaces/default/serviceaccounts', {
        token: admin,
        body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'machine' } },
      });
      const { uid } = Made.parse(made.body).metadata;
      const now = Math.floor(Date.now() / 1000);
      return { live: tokenOf(uid, now + HOUR), expired: tokenOf(uid, now - HOUR) };
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
