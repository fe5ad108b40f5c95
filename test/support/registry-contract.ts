import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestImage, bundleImage, keyPair, signImage } from '../../tools/quay/testing/cosign.ts';
import { type Part, Pusher } from '../../tools/quay/testing/push.ts';
import { toolsWith } from '../../tools/quay/testing/tools.ts';

export interface RunningRegistry {
  url: string;
  /** Who may push, where not everybody may. */
  push?: { user: string; password: string } | undefined;
  close(): Promise<void>;
}

const HOST = 'registry.example';
const REPOSITORY = 'team/group/app';
const COMMIT = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678';
const OTHER = 'a1b2c3d4e5f6ffffffffffffffffffffffffffff';
const BUILDER = 'https://builder.example/chains/v2';

interface Pushed {
  index: Part;
  amd64: Part;
  arm64: Part;
  old: Part;
  bundled: Part;
}

/** What our eight tools answer of content that was pushed to a registry over its own protocol. */
export function registryContract(
  name: string,
  start: () => Promise<RunningRegistry>,
  { absent = false }: { absent?: boolean } = {},
): void {
  describe.skipIf(absent)(`${name}, through the tools of quay`, () => {
    let registry: RunningRegistry | undefined;
    let pushed: Pushed | undefined;
    let ask: ReturnType<typeof toolsWith>;
    const keys = keyPair();
    const foreign = keyPair();
    let dir: string | undefined;
    const parts = (): Pushed => {
      if (pushed === undefined) throw new Error('nothing was pushed');
      return pushed;
    };
    const at = (reference: string) => `${HOST}/${REPOSITORY}${reference}`;

    beforeAll(async () => {
      registry = await start();
      pushed = await pushAll(new Pusher(registry.url, REPOSITORY, registry.push), keys, foreign);
      dir = mkdtempSync(join(tmpdir(), 'sluice-registry-contract-'));
      const file = join(dir, 'release.pub');
      writeFileSync(file, keys.pem);
      ask = toolsWith({
        base_url: registry.url,
        host: HOST,
        kind: 'oci',
        keys: { release: `file:${file}` },
        allowed_hosts: await tokenHosts(registry.url),
      });
    });
    afterAll(async () => {
      await registry?.close();
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    });

    it('a tag, given whole or with the default registry, is its digest', async () => {
      const { index } = parts();
      const expected = {
        image: at(`@${index.digest}`),
        tag: COMMIT,
        digest: index.digest,
        is_index: true,
        platforms: ['linux/amd64', 'linux/arm64'],
        time: '2026-03-02T10:00:00Z',
        time_source: 'image_created',
      };
      expect(await ask('quay_get_tag', { image: at(`:${COMMIT}`) })).toMatchObject(expected);
      expect(await ask('quay_get_tag', { image: `${REPOSITORY}:${COMMIT}` })).toMatchObject(expected);
      const pinned = { image: at(`:${COMMIT}@${parts().old.digest}`) };
      await expect(ask('quay_get_tag', pinned)).rejects.toMatchObject({ code: 'conflict' });
    });

    it('W-R06 a tag that is not there is not_found, with the nearest ones', async () => {
      await expect(ask('quay_get_tag', { image: at(':a1b2c3d') })).rejects.toMatchObject({
        code: 'not_found',
        message: `${HOST}/${REPOSITORY} has no tag a1b2c3d.`,
        remedy: `Nearest tags: ${COMMIT}, ${OTHER}.`,
      });
      await expect(ask('quay_get_tag', { image: `${HOST}/group/app:v1` })).rejects.toMatchObject({
        code: 'not_found',
        message: `There is no repository ${HOST}/group/app.`,
      });
      const digest = `sha256:${'0'.repeat(64)}`;
      await expect(ask('quay_get_manifest', { image: at(`@${digest}`) })).rejects.toMatchObject({
        code: 'not_found',
      });
    });

    it('tags come newest first, by the time of the build', async () => {
      const listed = await ask<{ tags: { name: string }[] }>('quay_list_tags', { repository: REPOSITORY });
      expect(listed).toMatchObject({ ordered_by: 'image_created', truncated: false, cursor: null });
      expect(listed.tags.map(({ name: tag }) => tag)).toEqual([COMMIT, 'zz-bundled', OTHER, '1.0']);
      const first = { repository: REPOSITORY, limit: 1 };
      expect(await ask('quay_list_tags', first)).toMatchObject({ truncated: true, cursor: '1' });
      expect(await ask('quay_list_tags', { ...first, cursor: '1', filter: 'a1b2' })).toMatchObject({
        tags: [{ name: OTHER, digest: parts().old.digest, time: '2026-01-01T00:00:00Z' }],
        truncated: false,
      });
      const artifacts = await ask<{ tags: { name: string }[] }>('quay_list_tags', {
        repository: REPOSITORY,
        artifacts: true,
        filter: '.sig',
      });
      expect(artifacts.tags).toHaveLength(2);
    });

    it('the manifest of an index has the image of each platform in it', async () => {
      const { index, amd64, arm64 } = parts();
      const layers = [{ size: 10, media_type: 'application/vnd.oci.image.layer.v1.tar' }, { size: 9 }];
      expect(await ask('quay_get_manifest', { image: at(`:${COMMIT}`) })).toMatchObject({
        digest: index.digest,
        media_type: 'application/vnd.oci.image.index.v1+json',
        size: index.size,
        content: null,
        children: [
          { platform: 'linux/amd64', digest: amd64.digest, layers, layer_count: 2, layers_size: 19 },
          { platform: 'linux/arm64', digest: arm64.digest, layer_count: 2 },
        ],
        annotations: { 'org.opencontainers.image.revision': COMMIT },
        truncated: false,
      });
      expect(await ask('quay_get_manifest', { image: at(`@${amd64.digest}`) })).toMatchObject({
        media_type: 'application/vnd.oci.image.manifest.v1+json',
        children: [],
        content: { layers },
      });
    });

    it('the repository has its tags counted, without signatures', async () => {
      expect(await ask('quay_get_repository', { repository: REPOSITORY })).toMatchObject({
        repository: at(''),
        kind: 'oci',
        tag_count: 4,
        more_tags: false,
        is_public: null,
      });
    });

    it('labels are of one platform', async () => {
      const image = at(`:${COMMIT}`);
      expect(await ask('quay_get_labels', { image })).toMatchObject({
        platform: 'linux/amd64',
        platform_digest: parts().amd64.digest,
        labels: { name: 'team/app', 'vcs-ref': COMMIT },
        commit: COMMIT,
      });
      expect(await ask('quay_get_labels', { image, platform: 'linux/arm64' })).toMatchObject({
        platform_digest: parts().arm64.digest,
      });
      await expect(ask('quay_get_labels', { image, platform: 'linux/s390x' })).rejects.toMatchObject({
        code: 'not_found',
        remedy: 'It has linux/amd64, linux/arm64.',
      });
    });

    it('no registry but a Quay has scans', async () => {
      await expect(ask('quay_get_vulnerabilities', { image: at(`:${COMMIT}`) })).rejects.toMatchObject({
        code: 'precondition',
      });
    });

    it('signatures are verified, and said of which digest they are', async () => {
      const { index, amd64, arm64 } = parts();
      expect(await ask('quay_verify_signature', { image: at(`:${COMMIT}`) })).toMatchObject({
        verified: true,
        state: 'verified',
        key: 'release',
        digests: [
          { digest: index.digest, role: 'index', state: 'verified', signature_count: 1 },
          { digest: amd64.digest, role: 'platform_image', platform: 'linux/amd64', state: 'unsigned' },
          { digest: arm64.digest, role: 'platform_image', state: 'unsigned' },
        ],
      });
      expect(await ask('quay_verify_signature', { image: at(':1.0') })).toMatchObject({
        verified: false,
        state: 'wrong_key',
        key: null,
      });
      expect(await ask('quay_verify_signature', { image: at(':zz-bundled') })).toMatchObject({
        verified: true,
        digests: [{ signatures: [{ source: 'referrer', form: 'bundle', key: 'release' }] }],
      });
    });

    it('attestations are verified, and tell builder and commit', async () => {
      expect(await ask('quay_get_attestations', { image: at(`:${COMMIT}`) })).toMatchObject({
        verified: true,
        builders: [BUILDER],
        commits: [{ uri: 'git+https://git.example/team/app.git', commit: COMMIT }],
        attestations: [
          {
            state: 'verified',
            key: 'release',
            source: 'tag',
            material_count: 2,
            build_type: 'tekton.dev/v1',
          },
          { state: 'wrong_key', key: null },
        ],
        total: 2,
      });
      const none = await ask('quay_get_attestations', { image: at(':zz-bundled') });
      expect(none).toMatchObject({ verified: false, total: 0 });
    });
  });
}

/** As one who sets it up would look: the token service may stand on another host than the registry. */
async function tokenHosts(url: string): Promise<string[]> {
  const { headers } = await fetch(new URL('/v2/', url));
  const [, realm] = /realm="([^"]+)"/.exec(headers.get('www-authenticate') ?? '') ?? [];
  return realm === undefined ? [] : [new URL(realm).host];
}

async function pushAll(
  pusher: Pusher,
  keys: ReturnType<typeof keyPair>,
  foreign: ReturnType<typeof keyPair>,
): Promise<Pushed> {
  const built = { created: '2026-03-02T10:00:00.000000001Z', layers: ['base', 'app'] };
  const labels = { name: 'team/app', 'vcs-ref': COMMIT };
  // Layers of different length, so that their order shows.
  const amd64 = await pusher.image({ ...built, labels, architecture: 'amd64' });
  const arm64 = await pusher.image({ ...built, labels, architecture: 'arm64' });
  const annotations = { 'org.opencontainers.image.revision': COMMIT };
  const index = await pusher.index([amd64, arm64], COMMIT, { annotations });
  const old = await pusher.image({ created: '2026-01-01T00:00:00Z', tag: OTHER });
  await pusher.image({ created: '2025-01-01T00:00:00Z', layers: ['first'], tag: '1.0' });
  const first = await pusher.image({ created: '2025-01-01T00:00:00Z', layers: ['first'] });
  const bundled = await pusher.image({
    created: '2026-02-01T00:00:00Z',
    layers: ['other'],
    tag: 'zz-bundled',
  });
  await signImage(pusher, index, { keys });
  await signImage(pusher, first, { keys: foreign });
  await bundleImage(pusher, bundled, { keys });
  const predicate = {
    builder: { id: BUILDER },
    buildType: 'tekton.dev/v1',
    materials: [
      { uri: 'oci://registry.example/base', digest: { sha256: 'b'.repeat(64) } },
      { uri: 'git+https://git.example/team/app.git', digest: { sha1: COMMIT } },
    ],
  };
  await attestImage(pusher, index, { keys, predicate }, { keys: foreign, predicate });
  return { index, amd64, arm64, old, bundled };
}
