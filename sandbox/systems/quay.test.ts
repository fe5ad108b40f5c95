import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const COMMIT = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678';
const scenario = {
  name: 'images',
  clock: '2026-03-02T12:00:00Z',
  registry: {
    host: 'quay.io',
    referrers: false,
    images: {
      backend: {
        architectures: ['amd64', 'arm64'],
        created: '2026-03-02T10:00:00Z',
        labels: { 'vcs-ref': COMMIT },
        signatures: [{}, { key: 'other', at: '2026-03-02T13:00:00Z' }],
        attestations: [{ source: { uri: 'git+https://git.example/app', commit: COMMIT } }],
      },
      old: { created: '2026-01-01T00:00:00Z', signatures: [{ form: 'bundle' }] },
    },
    tags: {
      'team/app': {
        [COMMIT]: 'backend',
        latest: [{ value: 'old' }, { at: '2026-03-02T13:00:00Z', value: 'backend' }],
        gone: [{ value: 'old' }, { at: '2026-03-01T00:00:00Z', value: null }],
      },
    },
  },
  quay: {
    repositories: { 'team/app': { description: 'An app' }, 'team/secret': { public: false } },
    scans: {
      backend: {
        features: [
          { name: 'zlib', vulnerabilities: [{ name: 'CVE-2026-0001', severity: 'High', fixed_by: '1.1' }] },
        ],
      },
      'backend/arm64': [{ value: { status: 'queued' } }, { at: '2026-03-02T13:00:00Z', value: {} }],
    },
  },
};

const { current, reset } = bench(scenario);
const V2 = '/quay/v2/team/app';
const API = '/quay/api/v1/repository/team';

beforeEach(reset);

const digestOf = async (tag: string) => {
  const answer = await current().ask(`${V2}/manifests/${tag}`);
  return answer.headers.get('docker-content-digest') ?? '';
};

describe('the registry of images', () => {
  it('has an index of the architectures, with digests that are those of what it serves', async () => {
    const { body, text, headers } = await current().ask(`${V2}/manifests/${COMMIT}`);
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    expect(headers.get('docker-content-digest')).toBe(digest);
    expect(body).toMatchObject({
      manifests: [{ platform: { architecture: 'amd64' } }, { platform: { architecture: 'arm64' } }],
    });
    const child = String(at(body, 'manifests.1.digest'));
    const config = String(at((await current().ask(`${V2}/manifests/${child}`)).body, 'config.digest'));
    expect((await current().ask(`${V2}/blobs/${config}`)).body).toMatchObject({
      architecture: 'arm64',
      created: '2026-03-02T10:00:00Z',
    });
    const head = await current().ask(`${V2}/manifests/${COMMIT}`, { method: 'HEAD' });
    expect([head.status, head.text, head.headers.get('docker-content-digest')]).toEqual([200, '', digest]);
  });

  it('sets a tag to another image when its time has come, and forgets a deleted one', async () => {
    const before = await digestOf('latest');
    await current().to('2026-03-02T13:00:00Z');
    expect(await digestOf('latest')).not.toBe(before);
    expect(await digestOf('latest')).toBe(await digestOf(COMMIT));
    expect((await current().ask(`${V2}/manifests/gone`)).status).toBe(404);
  });

  it('lists its tags page by page', async () => {
    const first = await current().ask(`${V2}/tags/list?n=2`);
    expect(at(first.body, 'tags')).toEqual([COMMIT, 'latest']);
    const [, next = ''] = /<(.+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? [];
    const digest = (await digestOf(COMMIT)).replace(':', '-');
    expect(at((await current().ask(next)).body, 'tags')).toEqual([`${digest}.att`, `${digest}.sig`]);
    expect((await current().ask('/quay/v2/team/none/tags/list')).status).toBe(404);
  });

  it('holds signatures of the key in the settings, each from its time on', async () => {
    const digest = await digestOf(COMMIT);
    const layers = async () => {
      const { body } = await current().ask(`${V2}/manifests/${digest.replace(':', '-')}.sig`);
      return at(body, 'layers') as { digest: string; annotations: Record<string, string> }[];
    };
    const [layer, ...others] = await layers();
    expect(others).toEqual([]);
    const { text, body } = await current().ask(`${V2}/blobs/${layer?.digest}`);
    expect(at(body, 'critical.image.docker-manifest-digest')).toBe(digest);
    const pem = readFileSync(join(current().sandbox.dir, 'keys', 'cosign-release.pub'), 'utf8');
    const signature = Buffer.from(layer?.annotations['dev.cosignproject.cosign/signature'] ?? '', 'base64');
    expect(verify('sha256', Buffer.from(text), createPublicKey(pem), signature)).toBe(true);
    await current().to('2026-03-02T13:00:00Z');
    expect(await layers()).toHaveLength(2);
  });

  it('keeps a tag for referrers, or has the API for them', async () => {
    const digest = await digestOf('latest');
    expect((await current().ask(`${V2}/referrers/${digest}`)).status).toBe(404);
    const byTag = await current().ask(`${V2}/manifests/${digest.replace(':', '-')}`);
    const referrer = String(at(byTag.body, 'manifests.0.digest'));
    expect(at((await current().ask(`${V2}/manifests/${referrer}`)).body, 'subject.digest')).toBe(digest);
    await current().control('/scenario', { patch: { registry: { referrers: true } } });
    const byApi = await current().ask(`${V2}/referrers/${digest}`);
    expect(at(byApi.body, 'manifests.0.artifactType')).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    expect((await current().ask(`${V2}/manifests/${digest.replace(':', '-')}`)).status).toBe(404);
  });
});

describe('the Quay API', () => {
  const headers = () => ({ authorization: `Bearer ${current().secret('quay')}` });

  it('tells since when a tag stands for what it is', async () => {
    const { body } = await current().ask(`${API}/app/tag/?specificTag=latest&onlyActiveTags=true`);
    expect(body).toMatchObject({
      tags: [
        { name: 'latest', start_ts: Date.parse('2026-01-01T00:00:00Z') / 1000, is_manifest_list: false },
      ],
      has_additional: false,
    });
    await current().to('2026-03-02T13:00:00Z');
    const all = await current().ask(`${API}/app/tag/?limit=1&filter_tag_name=like:t`);
    expect(all.body).toMatchObject({
      tags: [{ name: 'latest', start_ts: Date.parse('2026-03-02T13:00:00Z') / 1000, is_manifest_list: true }],
    });
  });

  it('shows what is private to its token alone', async () => {
    expect((await current().ask(`${API}/app`)).body).toMatchObject({
      description: 'An app',
      is_public: true,
    });
    expect((await current().ask(`${API}/secret`)).status).toBe(401);
    expect((await current().ask(`${API}/secret`, { headers: headers() })).body).toMatchObject({
      is_public: false,
    });
    expect((await current().ask(`${API}/none`)).status).toBe(401);
    expect((await current().ask(`${API}/none`, { headers: headers() })).status).toBe(404);
    const wrong = { headers: { authorization: 'Bearer wrong' } };
    expect((await current().ask(`${API}/app`, wrong)).status).toBe(401);
  });

  it('scans images, each of its own architecture, and never an index', async () => {
    const { body } = await current().ask(`${V2}/manifests/${COMMIT}`);
    const scan = async (digest: string) =>
      (await current().ask(`${API}/app/manifest/${digest}/security?vulnerabilities=true`)).body;
    expect(await scan(await digestOf(COMMIT))).toEqual({ status: 'unsupported', data: null });
    const amd64 = await scan(String(at(body, 'manifests.0.digest')));
    expect(at(amd64, 'data.Layer.Features.0')).toMatchObject({
      Name: 'zlib',
      Vulnerabilities: [{ Name: 'CVE-2026-0001', Severity: 'High', FixedBy: '1.1' }],
    });
    const arm64 = String(at(body, 'manifests.1.digest'));
    expect(await scan(arm64)).toEqual({ status: 'queued', data: null });
    await current().to('2026-03-02T13:00:00Z');
    expect(at(await scan(arm64), 'status')).toBe('scanned');
  });
});
