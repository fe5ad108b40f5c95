import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { connectionFor } from '../../src/kit/module.ts';
import { answer, type Handler, kubeStandIn } from '../../test/support/kube-stand-in.ts';
import { expired, services } from '../../test/support/stand-in.ts';
import { Cluster } from './cluster.ts';
import { kubernetes } from './module.ts';
import { Metadata, resource } from './resource.ts';
import type { ClusterSettings } from './settings.ts';

const POD = resource('v1', 'pods', 'Pod', z.object({ metadata: Metadata }));
const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const authority = selfSigned('ca.example');
const stranger = selfSigned('other-ca.example');

function selfSigned(name: string) {
  const key = sshpk.generatePrivateKey('ecdsa');
  const certificate = sshpk.createSelfSignedCertificate(sshpk.identityForHost(name), key, {
    lifetime: 3600,
    purposes: ['serverAuth', 'clientAuth'],
  });
  return { key, certificate };
}

function signed(identity: sshpk.Identity, purposes: string[]) {
  const key = sshpk.generatePrivateKey('ecdsa');
  const { certificate: issuer, key: issuerKey } = authority;
  const subject = issuer.subjects[0];
  if (subject === undefined) throw new Error('the authority has no name');
  const certificate = sshpk.createCertificate(identity, key, subject, issuerKey, {
    lifetime: 3600,
    purposes,
  });
  return { key: key.toString('pkcs8'), cert: certificate.toBuffer('pem').toString() };
}

const pem = ({ certificate }: ReturnType<typeof selfSigned>) => certificate.toBuffer('pem').toString();
const base64 = (text: string) => Buffer.from(text).toString('base64');
const server = signed(sshpk.identityForHost('localhost'), ['serverAuth']);

let files = 0;
function kubeconfig(cluster: object, user: object, extra: object = {}): string {
  files += 1;
  const file = join(folder, `config-${files}`);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'main', context: { cluster: 'c', user: 'u', namespace: 'from-context' } },
      { name: 'other', context: { cluster: 'gone', user: 'u' } },
    ],
    'current-context': 'main',
    ...extra,
  };
  writeFileSync(file, stringify(content));
  return file;
}

const cluster = (settings: ClusterSettings) =>
  new Cluster(
    'stage',
    'modules.x',
    settings,
    connectionFor(kubernetes, services, () => undefined),
  );

const aPod: Handler = (_, response) => answer(response, 200, { metadata: { name: 'p' } });
const secure = (handler: Handler = aPod, more: object = {}) =>
  kubeStandIn(handler, { cert: server.cert, key: server.key, ...more });
const named = (url: string) => url.replace('127.0.0.1', 'localhost');

describe('a kubeconfig', () => {
  it('gives the address, the namespace of its context, and a token; the certificate is checked', async () => {
    await using api = await secure();
    const file = kubeconfig(
      { server: named(api.url), 'certificate-authority-data': base64(pem(authority)) },
      { token: 'a-token-of-twenty-letters' },
    );
    await cluster({ kubeconfig: file }).get(POD, 'p');
    expect(api.seen[0]?.path).toBe('/api/v1/namespaces/from-context/pods/p');
    expect(api.seen[0]?.headers.authorization).toBe('Bearer a-token-of-twenty-letters');
    expect(services.redactor.text('x a-token-of-twenty-letters')).not.toContain('a-token');
  });

  it('does not trust a server whose certificate another authority signed', async () => {
    await using api = await secure();
    const file = kubeconfig(
      { server: named(api.url), 'certificate-authority-data': base64(pem(stranger)) },
      { token: 'a-token-of-twenty-letters' },
    );
    await expect(cluster({ kubeconfig: file }).get(POD, 'p')).rejects.toMatchObject({ code: 'upstream' });
    expect(api.seen).toEqual([]);
  });

  it('logs in by a client certificate', async () => {
    const mine = signed(sshpk.identityForUser('lead'), ['clientAuth']);
    await using api = await secure(aPod, { ca: pem(authority), requestCert: true, rejectUnauthorized: true });
    const at = { server: named(api.url), 'certificate-authority-data': base64(pem(authority)) };
    const with_ = kubeconfig(at, {
      'client-certificate-data': base64(mine.cert),
      'client-key-data': base64(mine.key),
    });
    await cluster({ kubeconfig: with_ }).get(POD, 'p');
    expect(api.seen).toHaveLength(1);
    const without = kubeconfig(at, {});
    await expect(cluster({ kubeconfig: without }).get(POD, 'p')).rejects.toMatchObject({ code: 'upstream' });
  });

  it('logs in by an exec plugin, and names the login when that fails', async () => {
    await using api = await secure();
    const at = { server: named(api.url), 'certificate-authority-data': base64(pem(authority)) };
    const plugin = join(folder, 'plugin');
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-the-plugin-123' },
    };
    writeFileSync(plugin, `#!/bin/sh\nprintf '%s' '${JSON.stringify(credential)}'\n`);
    chmodSync(plugin, 0o700);
    const exec = (command: string, args: string[] = []) => ({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args },
    });
    await cluster({ kubeconfig: kubeconfig(at, exec(plugin)) }).get(POD, 'p');
    expect(api.seen[0]?.headers.authorization).toBe('Bearer from-the-plugin-123');
    const failing = kubeconfig(at, exec('/bin/sh', ['-c', 'echo token has expired >&2; exit 1']));
    const error: unknown = await cluster({ kubeconfig: failing })
      .get(POD, 'p')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'auth',
      remedy: expect.stringContaining('Log in to https://localhost'),
    });
    expect(String(error)).toContain('token has expired');
  });

  it('stops a write at its first byte when the permit has run out meanwhile', async () => {
    await using api = await secure();
    const file = kubeconfig(
      { server: named(api.url), 'certificate-authority-data': base64(pem(authority)) },
      { token: 'a-token-of-twenty-letters' },
    );
    const one = cluster({ kubeconfig: file });
    let asked = 0;
    const permit = {
      signal: new AbortController().signal,
      check: () => {
        asked += 1;
        if (asked > 1) expired.check();
      },
    };
    await expect(one.patch(POD, 'p', {}, permit)).rejects.toThrow();
    expect(asked).toBeGreaterThan(1);
    expect(api.seen).toEqual([]);
  });

  it.each([
    ['a file that is not there', () => join(folder, 'nothing'), undefined, 'cannot be read'],
    [
      'a context that is not there',
      () => kubeconfig({ server: 'https://x.example' }, {}),
      'stage',
      'It has: main, other',
    ],
    [
      'a context without its cluster',
      () => kubeconfig({ server: 'https://x.example' }, {}),
      'other',
      'names a cluster or user',
    ],
    [
      'a cluster whose certificate is not to be checked',
      () => kubeconfig({ server: 'https://x.example', 'insecure-skip-tls-verify': true }, {}),
      undefined,
      'Certificates are always checked',
    ],
  ])('refuses %s', async (_, file, context, said) => {
    const settings = { kubeconfig: file(), namespace: 'n', ...(context === undefined ? {} : { context }) };
    const error: unknown = await cluster(settings)
      .get(POD, 'p')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_input' });
    const text =
      error instanceof Error && 'remedy' in error ? `${error.message} ${String(error.remedy)}` : '';
    expect(text).toContain(said);
  });
});

describe('an address with a token', () => {
  it('trusts the authority of ca_file, and no other', async () => {
    await using api = await secure();
    const good = join(folder, 'ca.pem');
    writeFileSync(good, pem(authority));
    const bad = join(folder, 'other.pem');
    writeFileSync(bad, pem(stranger));
    const at = { base_url: named(api.url), namespace: 'n' };
    await cluster({ ...at, ca_file: good }).get(POD, 'p');
    await expect(cluster({ ...at, ca_file: bad }).get(POD, 'p')).rejects.toMatchObject({ code: 'upstream' });
    expect(api.seen).toHaveLength(1);
  });
});
