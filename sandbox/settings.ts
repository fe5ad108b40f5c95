import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { stringify } from 'yaml';
import { shipSettings } from './settings-ship.ts';
import { publicKeyPem } from './systems/registry-keys.ts';

const PEOPLE = {
  lead: 'rl@example.com',
  approver: 'approver@example.com',
  'second-approver': 'second-approver@example.com',
};

const SECRETS = [
  'errata',
  'git',
  'gitlab',
  'jenkins',
  'gangway',
  'github',
  'slack',
  'sheets',
  'jira',
  'konflux-cluster',
  'apps-cluster',
  'kubearchive',
  'quay',
] as const;

/** By system name. New at every start: an old token must not open a new world. */
export function writeSecrets(dir: string): Map<string, string> {
  mkdirSync(join(dir, 'secrets'), { recursive: true, mode: 0o700 });
  const secrets = new Map<string, string>();
  for (const system of SECRETS) {
    const secret = randomBytes(24).toString('base64url');
    writeFileSync(secretFile(dir, system), `${secret}\n`, { mode: 0o600 });
    secrets.set(system, secret);
  }
  return secrets;
}

/** Kept when they are there already: approvals that were signed before a restart stay good. */
export function writeKeys(dir: string): void {
  const folder = join(dir, 'keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const signers = Object.entries(PEOPLE).map(([name, email]) => {
    const file = join(folder, name);
    if (!existsSync(file) || !existsSync(`${file}.pub`)) {
      const key = sshpk.generatePrivateKey('ed25519');
      key.comment = email;
      writeFileSync(file, key.toString('openssh'), { mode: 0o600 });
      writeFileSync(`${file}.pub`, `${key.toPublic().toString('ssh')}\n`);
    }
    const [type = '', material = ''] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    return `${email} namespaces="sluice-approval" ${type} ${material}\n`;
  });
  writeFileSync(join(folder, 'allowed_signers'), signers.join(''));
  writeFileSync(join(folder, 'cosign-release.pub'), publicKeyPem('release'));
}

export interface Offered {
  /** Whether there are any; a module for what is not there would only fail its probe. */
  repositories: boolean;
  /** Projects that may be written to. */
  gitlab: readonly string[];
  jira: readonly string[];
}

/** Settings for what a scenario offers. */
export function writeSettings(dir: string, url: string, { repositories, gitlab, jira }: Offered): string {
  const token = (system: (typeof SECRETS)[number]) => `file:${secretFile(dir, system)}`;
  const tests = (branch: string) => ({ source: 'github', url: 'openshift/release-tests', branch });
  const settings = {
    sandbox: true,
    clock: { url: `${url}/_control/clock` },
    identity: PEOPLE.lead,
    state: { home: join(dir, 'state') },
    modules: {
      release_controller: { base_url: `${url}/release-controller` },
      errata: { base_url: `${url}/errata`, token: token('errata') },
      gitlab: { base_url: `${url}/gitlab`, token: token('gitlab'), writable_projects: gitlab },
      jenkins: { base_url: `${url}/jenkins`, user: 'sluice', token: token('jenkins') },
      prow: { base_url: `${url}/prow`, gangway_url: `${url}/gangway`, token: token('gangway') },
      github: {
        base_url: `${url}/github`,
        token: token('github'),
        write_to: ['demo/*', 'openshift/release-tests'],
      },
      slack: {
        base_url: `${url}/slack/api`,
        token: token('slack'),
        channels: ['qe-release', 'art', 'demo-releases'],
      },
      sheets: {
        base_url: `${url}/sheets`,
        token: token('sheets'),
        documents: { '4.17': 'zstream-reports-4-17', '4.20': 'zstream-reports-4-20' },
      },
      jira: { base_url: `${url}/jira`, user: 'sluice@example.com', token: token('jira'), projects: jira },
      oar: {
        signature_url: `${url}/mirror/pub/openshift-v4/signatures/openshift/release`,
        portal_url: `${url}/portal`,
        trackers_url: `${url}/trackers`,
        artifacts_url: `${url}/artifacts`,
        catalog_url: `${url}/catalog/api/containers/v1`,
        pyxis_url: `${url}/pyxis/api/containers/v1`,
        brew_url: `${url}/brew`,
        koji_url: `${url}/koji`,
        registries: { 'quay.io': { base_url: `${url}/registry` } },
        payload_repository: 'quay.io/openshift-release-dev/ocp-release',
        statebox: tests('z-stream'),
        tracking: tests('z-stream'),
        records: tests('record'),
        test_registry: tests('main'),
        build_data: { source: 'github', url: 'openshift-eng/ocp-build-data', branch: 'openshift-%s' },
        on_qa: {
          jql: "project = OCPBUGS AND issuetype in (Bug, Vulnerability) AND status = ON_QA AND 'Target Version' in (4.17.z, 4.20.z)",
          fields: { qa_contact: 'customfield_10470', release_blocker: 'customfield_10847' },
          managers: { 'acc-qa': 'acc-boss' },
          pull_requests: { owner: 'openshift' },
        },
        channels: { release: 'qe-release', art: 'art' },
      },
      jobs: {},
      quay: {
        base_url: `${url}/quay`,
        host: 'quay.io',
        api_token: token('quay'),
        keys: { release: `file:${join(dir, 'keys', 'cosign-release.pub')}` },
      },
      ...kubernetesSettings(url, token),
      ...(repositories ? shipSettings(dir, url, token('git')) : {}),
    },
    approvals: {
      allowed_signers: join(dir, 'keys', 'allowed_signers'),
      roles: { 'release-approver': [PEOPLE.approver, PEOPLE['second-approver']] },
    },
    engine: { lease: '60s', call_limit: '10s' },
  };
  mkdirSync(join(dir, 'state'), { recursive: true, mode: 0o700 });
  const file = join(dir, 'sluice.yaml');
  writeFileSync(file, stringify(settings, { lineWidth: 0 }));
  return file;
}

/** What reaches the clusters of the sandbox; `token` names the secret of a system. */
export function kubernetesSettings(
  url: string,
  token: (system: 'konflux-cluster' | 'apps-cluster' | 'kubearchive') => string,
) {
  return {
    konflux: {
      base_url: `${url}/konflux-cluster`,
      token: token('konflux-cluster'),
      namespace: 'demo-tenant',
      kubearchive: { base_url: `${url}/kubearchive`, token: token('kubearchive') },
    },
    kubernetes: {
      clusters: { apps: { base_url: `${url}/apps-cluster`, token: token('apps-cluster') } },
      environments: {
        stage: { cluster: 'apps', namespace: 'demo-stage' },
        production: { cluster: 'apps', namespace: 'demo-prod' },
        billing: { cluster: 'apps', namespace: 'demo-prod-billing' },
        pipelines: { cluster: 'apps', namespace: 'demo-pipelines' },
      },
    },
    bonfire: { cluster: 'apps' },
  };
}

function secretFile(dir: string, system: string): string {
  return join(dir, 'secrets', `${system}-token`);
}
