import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseMergeRequestUrl } from '../../tools/gitlab/merge-request-url.ts';
import { checkImages } from '../../tools/oar/images/consistency.ts';
import { hasSameName, type Identity, isSame, isSkipped } from '../../tools/oar/images/identity.ts';
import { releaseOfPayload } from '../../tools/oar/images/pull-spec.ts';
import { parseImages } from '../../tools/oar/images/shipment-files.ts';
import { parseRelease } from '../../tools/oar/release.ts';
import { releaseInTitle } from '../../tools/oar/shipment.ts';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from '../../tools/oar/testing/corpus.ts';
import { zstream } from '../../tools/oar/testing/sandbox.ts';
import { parsePullSpec, Registry } from '../../tools/quay/client.ts';
import { standIn } from '../support/stand-in.ts';

const R = { release: '4.20.27' };
const PAYLOADS = 'quay.io/openshift-release-dev/ocp-release';

const HELD = ['cli', 'cluster-version-operator', 'cli-artifacts', 'etcd'];

describe('Z-I1 what is skipped', () => {
  it.each([
    'machine-os-content',
    'rhel-coreos',
    'rhel-coreos-8',
    'rhel-coreos-9',
    'rhel-coreos-extensions',
    'rhel-coreos-8-extensions',
    'rhel-coreos-9-extensions',
  ])('%s is', (name) => expect(isSkipped(name)).toBe(true));

  it.each([
    'machine-os',
    'machine-os-content-extra',
    'rhel-coreos-abc',
    'rhel-coreos-',
    'my-rhel-coreos',
    'rhel-coreos-extensions-extra',
  ])('%s is not', (name) => expect(isSkipped(name)).toBe(false));
});

describe('Z-I2 when two images are the same', () => {
  const image = (fields: Partial<Identity>): Identity => ({
    pullspec: 'x',
    digest: '',
    listDigest: '',
    vcsRef: '',
    name: '',
    ...fields,
  });
  const full = image({ digest: 'd', listDigest: 'l', vcsRef: 'v' });

  it.each([{ digest: 'd' }, { listDigest: 'l' }, { vcsRef: 'v' }])('by %j', (fields) =>
    expect(isSame(full, image({ digest: 'x', listDigest: 'y', vcsRef: 'z', ...fields }))).toBe(true),
  );

  it('not when all differ or all are empty', () => {
    expect(isSame(full, image({ digest: 'x', listDigest: 'y', vcsRef: 'z' }))).toBe(false);
    expect(isSame(image({}), image({}))).toBe(false);
  });

  it('two empty names are not the same name', () => {
    expect(hasSameName(image({}), image({}))).toBe(false);
    expect(hasSameName(image({ name: 'a' }), image({ name: 'a' }))).toBe(true);
  });
});

describe('Z-I3 three verdicts', () => {
  it('consistent: in the shipment by list, digest or commit, or in the catalog', async () => {
    const world = await zstream('z-stream-4.20.27');
    expect(await world.read('oar_check_images', R)).toMatchInlineSnapshot(`
      {
        "checked": 4,
        "inconclusive": [],
        "missing": [],
        "payload": "quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64",
        "release": "4.20.27",
        "shipped_elsewhere": 1,
        "summary": "The payload of 4.20.27 is consistent with its shipment: 4 images checked, 1 shipped before, 0 missing, 0 not clear.",
        "truncated": false,
        "verdict": "consistent",
      }
    `);
    expect(await world.changes()).toEqual([]);
  });

  it('inconsistent: neither there nor there, with the component of the same name', async () => {
    const world = await zstream('z-stream-4.20.27');
    const labels = { name: 'openshift/ose-cli', 'vcs-ref': 'elsewhere' };
    await world.patch({
      registry: {
        images: { strange: { labels } },
        repositories: { 'openshift-release-dev/ocp-v4.0-art-dev': [...HELD, 'strange'] },
        payloads: {
          'openshift-release-dev/ocp-release': { '4.20.27-x86_64': { images: { strange: 'strange' } } },
        },
      },
    });
    const answer = await world.read('oar_check_images', R);
    expect(answer).toMatchObject({
      verdict: 'inconsistent',
      checked: 5,
      missing: [
        {
          name: 'strange',
          same_name_hint: [expect.stringContaining('art-images@sha256:81a2f57')],
        },
      ],
      inconclusive: [],
    });
  });

  it('inconclusive: the catalog answers 500', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.fault({ system: 'catalog', fault: '500', times: 10 });
    expect(await world.read('oar_check_images', R)).toMatchObject({
      verdict: 'inconclusive',
      missing: [],
      inconclusive: [{ name: 'etcd', cause: expect.stringContaining('catalog: GET') }],
    });
  });

  it('inconclusive: a shipment component cannot be read and its commit would have been the match', async () => {
    const world = await zstream('z-stream-4.20.27');
    const index = '81a2f57edf74cb3f3cb99de26bb6e7444945bdc122306e4ba0367e7a42342e45';
    await world.fault({
      system: 'registry',
      path: `art-images/manifests/sha256:${index}`,
      fault: '500',
      times: 10,
    });
    const answer = await world.read('oar_check_images', R);
    expect(answer).toMatchObject({ verdict: 'inconclusive', missing: [] });
    expect(answer).toMatchObject({
      inconclusive: [
        { name: 'cli' },
        { name: 'cli-artifacts', cause: expect.stringContaining('1 shipment comp') },
      ],
    });
  });

  it('inconclusive: the registry is down altogether', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.fault({ system: 'registry', fault: '500', times: 100 });
    expect(await world.read('oar_check_images', R)).toMatchObject({
      verdict: 'inconclusive',
      checked: 0,
      missing: [],
      inconclusive: [{ name: 'payload' }],
    });
  });

  it('a fault that passes by itself is tried again', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.fault({ system: 'registry', fault: '500', times: 1 });
    await world.fault({ system: 'catalog', fault: '429', times: 1, retry_after: 0 });
    expect(await world.read('oar_check_images', R)).toMatchObject({ verdict: 'consistent' });
  });

  it('an answer that is cut short is not believed', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.fault({ system: 'registry', path: '/blobs/', fault: 'truncated', times: 1 });
    expect(await world.read('oar_check_images', R)).toMatchObject({ verdict: 'consistent' });
  });

  it('blobs that lie elsewhere are fetched without our credential', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.patch({ registry: { redirects: true } });
    expect(await world.read('oar_check_images', R)).toMatchObject({ verdict: 'consistent' });
  });
});

describe('Z-I4 the same version everywhere', () => {
  it('a payload of another version is an error', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.patch({
      registry: {
        payloads: { 'openshift-release-dev/ocp-release': { '4.20.27-x86_64': { version: '4.20.26' } } },
      },
    });
    await expect(world.read('oar_check_images', R)).rejects.toMatchObject({
      code: 'schema_drift',
      message: expect.stringContaining('of version 4.20.26, not of 4.20.27'),
    });
  });

  it('so are a payload argument of another release and a merge request of another', async () => {
    const world = await zstream('z-stream-4.20.27');
    const payload = `${PAYLOADS}:4.20.26-x86_64`;
    await expect(world.read('oar_check_images', { ...R, payload })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const projects = {
      'hybrid-platforms/art/ocp-shipment-data': {
        merge_requests: { 609: { title: 'Shipment for 4.20.26' } },
      },
    };
    await world.patch({ gitlab: { projects } });
    await expect(world.read('oar_check_images', R)).rejects.toThrow(/its title names 4\.20\.26/);
  });

  it('titles', () => {
    expect(releaseInTitle('Shipment for 4.17.47')).toBe('4.17.47');
    expect(releaseInTitle('Draft: Shipment for 4.22.0-ec.1 (ship date: 2026-Jan-01)')).toBe('4.22.0-ec.1');
    expect(releaseInTitle('Prepare 4.17.47')).toBeUndefined();
  });

  it('a payload that is not there yet is not found', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.patch({
      registry: {
        payloads: {
          'openshift-release-dev/ocp-release': { '4.20.27-x86_64': { published: '2026-06-26T00:00:00Z' } },
        },
      },
    });
    await expect(world.read('oar_check_images', R)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('Z-I5 the components of a shipment', () => {
  const file = (components: string) =>
    `shipment:\n  metadata: {assembly: 4.20.27}\n  snapshot:\n    spec:\n      components: ${components}\n`;

  it('one without an image is left out, none is none', () => {
    expect(parseImages('a.yaml', file('[{name: a, containerImage: q/x@1}, {name: b}]')).components).toEqual([
      'q/x@1',
    ]);
    expect(parseImages('a.yaml', file('[]')).components).toEqual([]);
    expect(parseImages('a.yaml', 'shipment: {metadata: {assembly: 4.20.27}}').components).toEqual([]);
  });

  it('files that are no YAML are ignored', async () => {
    const world = await zstream('z-stream-4.20.27');
    const merge_requests = { 609: { files: { 'README.md': 'not: [yaml' } } };
    await world.patch({
      gitlab: { projects: { 'hybrid-platforms/art/ocp-shipment-data': { merge_requests } } },
    });
    expect(await world.read('oar_check_images', R)).toMatchObject({ verdict: 'consistent' });
  });

  it('distinct pull specs are read once: three of two and two with one shared', async () => {
    const config = JSON.stringify({ config: { Labels: {} } });
    const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const manifests = ['a', 'b', 'c'].map((mark) =>
      JSON.stringify({ config: { digest: digest(config), size: config.length }, layers: [], mark }),
    );
    const [a = '', b = '', c = ''] = manifests.map((text) => `quay.io/x/y@${digest(text)}`);
    await using server = await standIn({
      [`GET /v2/x/y/blobs/${digest(config)}`]: { body: config },
      ...Object.fromEntries(
        manifests.map((text) => [`GET /v2/x/y/manifests/${digest(text)}`, { body: text }]),
      ),
      'GET /images': { body: { total: 0, data: [] } },
    });
    const registry = new Registry({
      http: server.http(),
      baseUrl: server.url,
      credentials: async () => ({}),
    });
    const images = [
      { name: 'a', pullspec: a },
      { name: 'b', pullspec: b },
    ];
    const places = { registries: new Map([['quay.io', registry]]), catalog: server.http() };
    const checked = await checkImages(images, [b, c], places, undefined);
    expect(checked.map(({ verdict }) => verdict.state)).toEqual(['missing', 'in_shipment']);
    expect(server.requests().filter((request) => request.includes('/manifests/'))).toHaveLength(3);
  });
});

describe('Z-I6 payloads and merge requests', () => {
  it.each(['4.19.1', '4.18.25', '4.20.0', '4.19.1-rc.0'])('%s', (release) =>
    expect(releaseOfPayload(`${PAYLOADS}:${release}-x86_64`, PAYLOADS)).toBe(release),
  );

  it.each([
    `${PAYLOADS}:4.19.1-aarch64`,
    `${PAYLOADS}:4.19.1-ppc64le`,
    'docker.io/openshift-release-dev/ocp-release:4.19.1-x86_64',
    `${PAYLOADS}:4.19.1`,
    `${PAYLOADS}:4.19-x86_64`,
    `${PAYLOADS}:invalid`,
    `${PAYLOADS}:4.20.1;x-x86_64`,
    `${PAYLOADS}:4.20.1-x86_64-x86_64`,
    `${PAYLOADS}:4.20.1-x86_64\n`,
    '',
    'not-a-url',
  ])('%j is refused', (payload) => {
    expect(() => releaseOfPayload(payload, PAYLOADS)).toThrow(/not a release payload/);
  });

  it.each([
    ['4.19.1', '4.19'],
    ['4.18.25', '4.18'],
    ['4.20.0-rc.1', '4.20'],
  ])('the y-stream of %s is %s', (release, yStream) => {
    const named = releaseOfPayload(`${PAYLOADS}:${release}-x86_64`, PAYLOADS);
    expect(parseRelease(named).yStream).toBe(yStream);
  });

  it.each([1, 100, 999999])('merge request %i', (iid) =>
    expect(parseMergeRequestUrl(`https://gitlab.example/a/b/-/merge_requests/${iid}`).iid).toBe(iid),
  );

  it.each([0, -1])('merge request %i is refused', (iid) => {
    expect(() => parseMergeRequestUrl(`https://gitlab.example/a/b/-/merge_requests/${iid}`)).toThrow();
  });

  it.each(['quay.io/../x@sha256:0', 'quay.io/a/../b:t', 'https://quay.io/a:t', 'quay.io/a//b:t', 'a'])(
    'the pull spec %j is refused',
    (text) => expect(() => parsePullSpec(text)).toThrow(/pull spec/),
  );
});

describe.skipIf(noCorpus)(`Z-I8 the sample shipments ${needsCorpus}`, () => {
  it('components and the files whose images have a grade', () => {
    const expected = JSON.parse(corpusText('expected/shipment-expected.json'));
    const files = corpusFiles('shipment')
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => parseImages(name, corpusText(`shipment/${name}`)));
    expect(files.flatMap(({ components }) => components)).toHaveLength(expected.components);
    expect(files.filter(({ fbc }) => !fbc)).toHaveLength(expected['health_check_files (skip .fbc. in path)']);
    expect(files.every(({ advisoryUrl }) => advisoryUrl?.endsWith('/advisory.yaml'))).toBe(true);
  });
});
