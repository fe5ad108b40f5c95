import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { at, bench } from './bench.ts';
import { startSandbox } from './server.ts';
import { kubernetesSettings } from './settings.ts';

const { current } = bench();

it('writes settings that point everywhere at the sandbox', () => {
  const { url, config, dir, control } = current().sandbox;
  const settings: unknown = parse(readFileSync(config, 'utf8'));
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(control).toBe(`${url}/_control`);
  expect(at(settings, 'clock.url')).toBe(`${url}/_control/clock`);
  expect(at(settings, 'modules.slack')).toEqual({
    base_url: `${url}/slack/api`,
    token: `file:${join(dir, 'secrets', 'slack-token')}`,
    channels: ['qe-release', 'art', 'demo-releases'],
  });
  expect(at(settings, 'modules.prow')).toMatchObject({
    base_url: `${url}/prow`,
    gangway_url: `${url}/gangway`,
  });
  expect(at(settings, 'modules.oar.build_data.branch')).toBe('openshift-%s');
  expect(at(settings, 'approvals.roles.release-approver')).toEqual([
    'approver@example.com',
    'second-approver@example.com',
  ]);
  expect(at(settings, 'engine')).toEqual({ lease: '60s', call_limit: '10s' });
});

it('gives every person a key of their own, and lists them as signers', () => {
  const { dir } = current().sandbox;
  const signers = readFileSync(join(dir, 'keys', 'allowed_signers'), 'utf8')
    .trim()
    .split('\n');
  const people = [
    ['lead', 'rl@example.com'],
    ['approver', 'approver@example.com'],
    ['second-approver', 'second-approver@example.com'],
  ] as const;
  for (const [i, [name, email]] of people.entries()) {
    const file = join(dir, 'keys', name);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = sshpk.parsePrivateKey(readFileSync(file));
    expect(key.type).toBe('ed25519');
    const [type, material] = key.toPublic().toString('ssh').split(' ');
    expect(signers[i]).toBe(`${email} namespaces="sluice-approval" ${type} ${material}`);
    expect(readFileSync(`${file}.pub`, 'utf8')).toBe(`${type} ${material} ${email}\n`);
  }
});

it('keeps keys over a restart, but no token', async () => {
  const { dir } = current().sandbox;
  const read = (path: string) => readFileSync(join(dir, path), 'utf8');
  const before = { key: read('keys/approver'), token: read('secrets/errata-token') };
  expect(statSync(join(dir, 'secrets', 'errata-token')).mode & 0o777).toBe(0o600);
  const again = await startSandbox({ scenario: 'z-stream-4.20.27', dir });
  await again.close();
  expect(read('keys/approver')).toBe(before.key);
  expect(read('secrets/errata-token')).not.toBe(before.token);
});

it('knows how the clusters are reached', () => {
  const { url } = current().sandbox;
  const settings = kubernetesSettings(url, (system) => `file:secrets/${system}-token`);
  expect(settings.konflux).toEqual({
    base_url: `${url}/konflux-cluster`,
    token: 'file:secrets/konflux-cluster-token',
    namespace: 'demo-tenant',
    kubearchive: { base_url: `${url}/kubearchive`, token: 'file:secrets/kubearchive-token' },
  });
  expect(settings.kubernetes.clusters.apps.base_url).toBe(`${url}/apps-cluster`);
  expect(settings.kubernetes.environments.production).toEqual({ cluster: 'apps', namespace: 'demo-prod' });
  for (const system of ['konflux-cluster', 'apps-cluster', 'kubearchive'])
    expect(current().secret(system)).not.toBe('');
});
