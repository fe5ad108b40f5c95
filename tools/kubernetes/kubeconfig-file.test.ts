import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { kubeconfigText } from './kubeconfig-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-kubeconfig-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, 'config');
const secret = async (reference: string) => `read ${reference}`;

writeFileSync(
  file,
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'eph', cluster: { server: 'https://eph.example.com:6443', 'certificate-authority': 'ca.crt' } },
      { name: 'prod', cluster: { server: 'https://prod.example.com:6443' } },
    ],
    users: [
      { name: 'me', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'login' } } },
      { name: 'admin', user: { token: 'prod-token' } },
    ],
    contexts: [
      { name: 'eph', context: { cluster: 'eph', user: 'me', namespace: 'other' } },
      { name: 'prod', context: { cluster: 'prod', user: 'admin' } },
      { name: 'broken', context: { cluster: 'gone', user: 'me' } },
    ],
    'current-context': 'prod',
  }),
);
const text = async (settings: object) => JSON.parse(await kubeconfigText(settings, 'ephemeral-1', secret));

describe('a kubeconfig for a program', () => {
  it('holds the one context that was meant, and no other credential', async () => {
    const made = await text({ kubeconfig: file, context: 'eph' });
    expect(made).toMatchObject({
      clusters: [
        { cluster: { server: 'https://eph.example.com:6443', 'certificate-authority': join(dir, 'ca.crt') } },
      ],
      users: [{ user: { exec: { command: 'login' } } }],
      contexts: [{ context: { cluster: 'eph', user: 'me', namespace: 'ephemeral-1' } }],
      'current-context': 'sluice',
    });
    expect(JSON.stringify(made)).not.toContain('prod');
  });

  it('is of the current context where none is named', async () => {
    expect(await text({ kubeconfig: file })).toMatchObject({
      clusters: [{ cluster: { server: 'https://prod.example.com:6443' } }],
      users: [{ user: { token: 'prod-token' } }],
    });
  });

  it('is made of an address and a token', async () => {
    const settings = { base_url: 'https://api.example.com:6443', token: 'env:TOKEN', ca_file: '/etc/ca.crt' };
    expect(await text(settings)).toMatchObject({
      clusters: [
        { cluster: { server: 'https://api.example.com:6443', 'certificate-authority': '/etc/ca.crt' } },
      ],
      users: [{ user: { token: 'read env:TOKEN' } }],
      contexts: [{ context: { namespace: 'ephemeral-1' } }],
    });
  });

  it('is refused of a context without its cluster', async () => {
    await expect(text({ kubeconfig: file, context: 'broken' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
