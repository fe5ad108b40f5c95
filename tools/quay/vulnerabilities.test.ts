import { describe, expect, it } from 'vitest';
import { standIn } from '../../test/support/stand-in.ts';
import { countsOf, findingsOf, isFixable, united } from './findings.ts';
import { digestOf } from './registry.ts';
import { COMMIT, quayWorld, REPOSITORY } from './testing/sandbox.ts';
import { toolsWith } from './testing/tools.ts';

const NONE = { defcon1: 0, critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
const TOOL = 'quay_get_vulnerabilities';
const feature = (name: string, ...vulnerabilities: object[]) => ({ name, version: '1.0', vulnerabilities });
const cve = (name: string, severity: string, fixed_by = '') => ({ name, severity, fixed_by });

describe('quay_get_vulnerabilities', () => {
  it.each(['queued', 'failed', 'unsupported', 'manifest_layer_too_large'])(
    'W-V01 status %s is undecided, and never passes',
    async (status) => {
      const { ask, image } = await quayWorld({ scans: { app: { status } } });
      expect(await ask(TOOL, { image })).toMatchObject({
        verdict: 'undecided',
        complete: false,
        status,
        counts: NONE,
        scans: [{ status }],
      });
    },
  );

  it('W-V01 a queued scan says to look again, and is decided when it is done', async () => {
    const scan = [{ value: { status: 'queued' } }, { at: '2026-03-02T12:10:00Z', value: {} }];
    const { ask, image, to } = await quayWorld({ scans: { app: scan } });
    expect(await ask(TOOL, { image })).toMatchObject({ verdict: 'undecided', next: expect.any(String) });
    await to('2026-03-02T12:10:00Z');
    expect(await ask(TOOL, { image })).toMatchObject({ verdict: 'clean', complete: true, status: 'scanned' });
  });

  it.each([
    ['null data', null],
    ['no features', []],
  ])('W-V02 scanned with %s is no package data, and not safe', async (_, features) => {
    const { ask, image } = await quayWorld({ scans: { app: { features } } });
    expect(await ask(TOOL, { image })).toMatchObject({
      verdict: 'undecided',
      complete: false,
      status: 'no_package_data',
      scans: [{ status: 'no_package_data', package_count: 0 }],
      summary: expect.stringContaining('showed no packages'),
    });
  });

  it('W-V03 words in names count for nothing: a clean image is clean', async () => {
    const features = [feature('critical-high-tools'), feature('High'), feature('Critical: 5')];
    const { ask, image } = await quayWorld({ scans: { app: { features } } });
    expect(await ask(TOOL, { image })).toMatchObject({
      verdict: 'clean',
      complete: true,
      counts: NONE,
      total: 0,
    });
  });

  it('W-V04 a critical one with a fix and two high ones are counted by severity and fix', async () => {
    const features = [
      feature('openssl', cve('CVE-2026-0001', 'Critical', '3.0.8'), cve('CVE-2026-0002', 'High')),
      feature('zlib', cve('CVE-2026-0003', 'High')),
    ];
    const { ask, image } = await quayWorld({ scans: { app: { features } } });
    expect(await ask(TOOL, { image })).toMatchInlineSnapshot(`
      {
        "complete": true,
        "counts": {
          "critical": 1,
          "defcon1": 0,
          "high": 2,
          "low": 0,
          "medium": 0,
          "negligible": 0,
          "unknown": 0,
        },
        "digest": "sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9",
        "fixable_counts": {
          "critical": 1,
          "defcon1": 0,
          "high": 0,
          "low": 0,
          "medium": 0,
          "negligible": 0,
          "unknown": 0,
        },
        "image": "quay.io/team-prod/group/app@sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9",
        "is_index": false,
        "scans": [
          {
            "counts": {
              "critical": 1,
              "defcon1": 0,
              "high": 2,
              "low": 0,
              "medium": 0,
              "negligible": 0,
              "unknown": 0,
            },
            "digest": "sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9",
            "package_count": 2,
            "platform": null,
            "status": "scanned",
          },
        ],
        "status": "scanned",
        "summary": "quay.io/team-prod/group/app@sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9 is scanned: 1 critical, 2 high.",
        "tag": "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
        "total": 3,
        "truncated": false,
        "verdict": "findings",
        "vulnerabilities": [
          {
            "fixable": true,
            "id": "CVE-2026-0001",
            "link": null,
            "package_count": 1,
            "packages": [
              {
                "fixed_by": "3.0.8",
                "name": "openssl",
                "version": "1.0",
              },
            ],
            "platforms": [
              "image",
            ],
            "severity": "critical",
          },
          {
            "fixable": false,
            "id": "CVE-2026-0003",
            "link": null,
            "package_count": 1,
            "packages": [
              {
                "fixed_by": null,
                "name": "zlib",
                "version": "1.0",
              },
            ],
            "platforms": [
              "image",
            ],
            "severity": "high",
          },
          {
            "fixable": false,
            "id": "CVE-2026-0002",
            "link": null,
            "package_count": 1,
            "packages": [
              {
                "fixed_by": null,
                "name": "openssl",
                "version": "1.0",
              },
            ],
            "platforms": [
              "image",
            ],
            "severity": "high",
          },
        ],
      }
    `);
  });

  it('W-V05 the same CVE in three packages counts once', async () => {
    const packages = ['libssl', 'openssl', 'openssl-libs'];
    const features = packages.map((name) => feature(name, cve('CVE-2026-0001', 'Medium', '3.0.8')));
    const { ask, image } = await quayWorld({ scans: { app: { features } } });
    expect(await ask(TOOL, { image })).toMatchObject({
      verdict: 'findings',
      counts: { ...NONE, medium: 1 },
      fixable_counts: { ...NONE, medium: 1 },
      vulnerabilities: [
        {
          id: 'CVE-2026-0001',
          package_count: 3,
          packages: packages.map((name) => ({ name, fixed_by: '3.0.8' })),
        },
      ],
    });
  });

  it('W-V06 every image of an index is scanned, and the worst one counts', async () => {
    const { ask, image } = await quayWorld({
      image: { architectures: ['amd64', 'arm64', 's390x'] },
      scans: {
        'app/amd64': { features: [feature('zlib', cve('CVE-2026-0001', 'Low'))] },
        'app/arm64': { features: [feature('zlib', cve('CVE-2026-0001', 'Critical', '2'))] },
        'app/s390x': {},
      },
    });
    expect(await ask(TOOL, { image })).toMatchObject({
      is_index: true,
      verdict: 'findings',
      complete: true,
      counts: { ...NONE, critical: 1 },
      scans: [
        { platform: 'linux/amd64', counts: { ...NONE, low: 1 } },
        { platform: 'linux/arm64', counts: { ...NONE, critical: 1 } },
        { platform: 'linux/s390x', counts: NONE },
      ],
      vulnerabilities: [
        {
          id: 'CVE-2026-0001',
          severity: 'critical',
          fixable: true,
          platforms: ['linux/amd64', 'linux/arm64'],
        },
      ],
    });
  });

  it.each(['queued', 'unsupported', 'failed'])(
    'W-V06 one platform that is %s leaves the whole image undecided, however clean the others are',
    async (status) => {
      const { ask, image } = await quayWorld({
        image: { architectures: ['amd64', 'arm64'] },
        scans: { 'app/amd64': {}, 'app/arm64': { status } },
      });
      expect(await ask(TOOL, { image })).toMatchObject({ verdict: 'undecided', complete: false, status });
    },
  );

  it('W-V07 a tag is resolved to its digest first, and both are shown', async () => {
    const { ask, image } = await quayWorld({ scans: { app: {} } });
    const byTag = await ask<{ digest: string }>(TOOL, { image });
    expect(byTag).toMatchObject({
      tag: COMMIT,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      image: `quay.io/${REPOSITORY}@${byTag.digest}`,
      scans: [{ digest: byTag.digest }],
    });
    const byDigest = await ask(TOOL, { image: `quay.io/${REPOSITORY}@${byTag.digest}` });
    expect(byDigest).toEqual({ ...byTag, tag: null });
  });

  it('counts also what Quay has beyond the usual four, and lists by severity', async () => {
    const severities = ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical', 'Defcon1', 'Odd'];
    const features = [feature('x', ...severities.map((severity, at) => cve(`CVE-2026-100${at}`, severity)))];
    const { ask, image } = await quayWorld({ scans: { app: { features } } });
    const counts = { defcon1: 1, critical: 1, high: 1, medium: 1, low: 1, negligible: 1, unknown: 2 };
    expect(await ask(TOOL, { image })).toMatchObject({ verdict: 'findings', counts, total: 8 });
    expect(await ask(TOOL, { image, min_severity: 'critical', limit: 1 })).toMatchObject({
      counts,
      vulnerabilities: [{ severity: 'defcon1' }],
      total: 2,
      truncated: true,
    });
  });

  it('an answer stays short, however much was found', async () => {
    const many = Array.from({ length: 400 }, (_, at) => cve(`CVE-2026-${10_000 + at}`, 'High', '1.2.3'));
    const { ask, image } = await quayWorld({
      image: { architectures: ['amd64', 'arm64', 'ppc64le', 's390x'] },
      scans: { app: { features: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => feature(name, ...many)) } },
    });
    const answer = await ask(TOOL, { image });
    expect(answer).toMatchObject({ counts: { high: 400 }, truncated: true });
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('W-R07 a scanner that cannot be asked is an error and no verdict', async () => {
    const { ask, image, fault } = await quayWorld({ scans: { app: {} } });
    await fault({ system: 'quay', path: '/security', fault: '500', times: 99 });
    await expect(ask(TOOL, { image })).rejects.toMatchObject({ code: 'upstream' });
  });

  it('W-R07 a closed API is auth and names the setting', async () => {
    const { askWith, image } = await quayWorld({
      scans: { app: {} },
      quay: { repositories: { [REPOSITORY]: { public: false } } },
    });
    await expect(askWith({ api_token: undefined })(TOOL, { image })).rejects.toMatchObject({
      code: 'auth',
      remedy: expect.stringContaining('Set modules.quay.api_token'),
    });
  });

  it('a Quay without a scanner is a precondition', async () => {
    const manifest = JSON.stringify({
      config: { digest: `sha256:${'c'.repeat(64)}`, size: 1 },
      layers: [],
    });
    const digest = digestOf(Buffer.from(manifest));
    await using server = await standIn({
      'GET /v2/team/app/manifests/v1': { body: manifest },
      [`GET /api/v1/repository/team/app/manifest/${digest}/security`]: { status: 404 },
    });
    const ask = toolsWith({ base_url: server.url, host: 'quay.example' });
    await expect(ask(TOOL, { image: 'team/app:v1' })).rejects.toMatchObject({ code: 'precondition' });
  });

  it('an index that holds nothing is undecided', async () => {
    await using server = await standIn({ 'GET /v2/team/app/manifests/v1': { body: '{"manifests":[]}' } });
    const ask = toolsWith({ base_url: server.url, host: 'quay.example' });
    expect(await ask(TOOL, { image: 'team/app:v1' })).toMatchObject({
      verdict: 'undecided',
      complete: false,
    });
  });
});

describe('findings', () => {
  const found = (Name: string | null, Link: string | null = null, Severity: string | null = 'High') =>
    findingsOf(
      [{ Name: 'glibc', Version: '2', Vulnerabilities: [{ Name, Severity, FixedBy: null, Link }] }],
      'p',
    );

  it.each([
    ['CVE-2026-12345', null, ['CVE-2026-12345']],
    ['CVE-2026-12345 on Debian 12', null, ['CVE-2026-12345']],
    ['RHSA-2026:1234: bind security update (Important)', null, ['RHSA-2026:1234']],
    [
      'RHSA-2026:1234: bind security update',
      'https://access.example/errata/RHSA-2026:1234 https://x.example/CVE-2026-1111 https://x.example/CVE-2026-2222',
      ['CVE-2026-1111', 'CVE-2026-2222'],
    ],
    ['GHSA-abcd-efgh-ijkl', null, ['GHSA-abcd-efgh-ijkl']],
    ['', null, ['without a name, in glibc']],
    [null, null, ['without a name, in glibc']],
  ])('%s is known as its CVEs, else by its own name', (name, link, ids) => {
    expect(found(name, link).map(({ id }) => id)).toEqual(ids);
  });

  it('without a severity or a fix are unknown and not fixable', () => {
    const [one] = found('CVE-2026-1111', null, null);
    expect(one).toMatchObject({ severity: 'unknown' });
    expect(one && isFixable(one)).toBe(false);
  });

  it('features without vulnerabilities have none', () => {
    expect(findingsOf([{ Name: 'a', Vulnerabilities: null }, { Name: 'b' }], 'p')).toEqual([]);
  });

  it('joining them does not change what each image had', () => {
    const a = found('CVE-2026-1111', null, 'Low');
    const b = found('CVE-2026-1111', null, 'High');
    expect(countsOf(united([a, b]))).toMatchObject({ high: 1, low: 0 });
    expect(countsOf(a)).toMatchObject({ low: 1, high: 0 });
  });
});
