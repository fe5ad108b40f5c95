import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const TAG = '/registry/v2/openshift-release-dev/ocp-release/manifests/4.20.27-x86_64';
const FILES = '/gitlab/api/v4/projects/1271/repository/files';
const FOLDER = 'shipment/ocp/openshift-4.20';
const headers = { authorization: 'Bearer anonymous-pull' };

beforeEach(reset);

describe('registry', () => {
  it('asks for a token, and gives one to anybody', async () => {
    const refused = await current().ask(TAG);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="http:.*\/registry\/token",service=/,
    );
    expect(at((await current().ask('/registry/token')).body, 'token')).toBe('anonymous-pull');
    expect((await current().ask(TAG, { headers })).status).toBe(200);
  });

  it('serves every image of the shipment by the digest that is named there', async () => {
    const kinds = ['image', 'extras', 'metadata'].map((kind) => `openshift-4-20/prod/4.20.27.${kind}`);
    for (const file of [...kinds, 'fbc-openshift-4-20/prod/4.20.27.fbc']) {
      const path = encodeURIComponent(`${FOLDER}/${file}.20260625101500.yaml`);
      const { text } = await current().ask(
        `${FILES}/${path}/raw?ref=prepare-shipment-4.20.27-20260625101500`,
      );
      const specs = [...text.matchAll(/containerImage: quay\.io\/(\S+)@(\S+)/g)];
      expect(specs.length).toBeGreaterThan(0);
      for (const [, repository, digest] of specs) {
        const answer = await current().ask(`/registry/v2/${repository}/manifests/${digest}`, { headers });
        expect(answer.headers.get('docker-content-digest')).toBe(digest);
      }
    }
  });

  it('knows nothing else, and no payload before it is published', async () => {
    expect((await current().ask(TAG.replace('.27-', '.28-'), { headers })).status).toBe(404);
    const published = { published: '2027-01-01T00:00:00Z' };
    const payloads = { 'openshift-release-dev/ocp-release': { '4.20.27-x86_64': published } };
    await current().control('/scenario', { patch: { registry: { payloads } } });
    expect(at((await current().ask(TAG, { headers })).body, 'errors.0.code')).toBe('MANIFEST_UNKNOWN');
  });
});

describe('catalog and Pyxis', () => {
  const ETCD = 'sha256:cfd7fd993a510968e3ebb57d1298f0a779559de8e1fa6e12d28716182c825c4a';
  const CLI = 'sha256:4abd884e68ac84d46b3105f971edb9279dababafdfac59de9a8361b7ad4525fa';
  const ask = (system: string, digest: string) =>
    current().ask(`/${system}/api/containers/v1/images?filter=image_id==${digest}&page_size=100&page=0`);

  it('answer by digest', async () => {
    expect((await ask('catalog', ETCD)).body).toMatchObject({ total: 1 });
    expect((await ask('catalog', CLI)).body).toMatchObject({ total: 0, data: [] });
    const { body } = await ask('pyxis', CLI);
    expect(body).toMatchObject({ total: 1, data: [{ freshness_grades: [{ grade: 'A' }] }] });
    const href = String(at(body, 'data.0._links.vulnerabilities.href'));
    expect((await current().ask(`/pyxis/api/containers${href}`)).body).toMatchObject({ data: [] });
    expect((await current().ask('/catalog/api/containers/v1/images?filter=x')).status).toBe(400);
  });
});

describe('brew', () => {
  it('tells the kernel of a build and the tags of a kernel', async () => {
    const { body } = await current().ask('/brew/packages/rhcos-x86_64/9.6.20260624/0/metadata.json');
    expect(at(body, 'output.0.components.1')).toMatchObject({ name: 'kernel', version: '5.14.0' });
    const page = () => current().ask('/koji/buildinfo?buildID=kernel-5.14.0-570.62.1.el9_6');
    expect((await page()).text).toContain('No tags');
    await current().control('/scenario', {
      patch: { brew: { tags: { 'kernel-5.14.0-570.62.1.el9_6': ['early-kernel-stop-ship'] } } },
    });
    expect((await page()).text).toContain('">early-kernel-stop-ship</a>');
  });
});
