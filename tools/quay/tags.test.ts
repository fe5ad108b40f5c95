import { describe, expect, it } from 'vitest';
import { standIn } from '../../test/support/stand-in.ts';
import { COMMIT, quayWorld, REPOSITORY } from './testing/sandbox.ts';
import { toolsWith } from './testing/tools.ts';

describe('quay_get_tag', () => {
  it('tells what a tag stands for, and since when', async () => {
    const { ask, image } = await quayWorld({});
    expect(await ask('quay_get_tag', { image })).toMatchInlineSnapshot(`
      {
        "digest": "sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9",
        "expires": null,
        "image": "quay.io/team-prod/group/app@sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9",
        "is_index": false,
        "media_type": "application/vnd.oci.image.manifest.v1+json",
        "note": null,
        "platforms": [
          "linux/amd64",
        ],
        "summary": "quay.io/team-prod/group/app:a1b2c3d4e5f60718293a4b5c6d7e8f9012345678 is sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9, set 2026-03-02T11:00:00Z.",
        "tag": "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
        "time": "2026-03-02T11:00:00Z",
        "time_source": "tag_set",
      }
    `);
  });

  it('a namespace is never lost or replaced', async () => {
    const { ask } = await quayWorld({});
    const { image } = await ask('quay_get_tag', { image: `${REPOSITORY}:${COMMIT}` });
    expect(image).toMatch(`quay.io/${REPOSITORY}@sha256:`);
    await expect(ask('quay_get_tag', { image: `group/app:${COMMIT}` })).rejects.toMatchObject({
      code: 'not_found',
      message: 'There is no repository quay.io/group/app.',
    });
  });

  it('W-R06 a missing tag is not_found and names the nearest ones', async () => {
    const { ask } = await quayWorld({});
    await expect(ask('quay_get_tag', { image: `quay.io/${REPOSITORY}:a1b2c3d` })).rejects.toMatchObject({
      code: 'not_found',
      message: `quay.io/${REPOSITORY} has no tag a1b2c3d.`,
      remedy: `Nearest tags: ${COMMIT}.`,
    });
  });

  it.each([
    ['500', 'upstream'],
    ['timeout_before', 'timeout'],
    ['reset_before', 'upstream'],
    ['429', 'rate_limited'],
  ])('W-R07 %s of the registry is %s, and never a missing image', async (fault, code) => {
    const { ask, image, fault: plan } = await quayWorld({});
    await plan({ system: 'quay', path: '/v2/', fault, times: 99, retry_after: 60 });
    await expect(ask('quay_get_tag', { image })).rejects.toMatchObject({ code });
  });

  it('W-R07 a fault that passes by itself is not seen', async () => {
    const { ask, image, fault } = await quayWorld({});
    await fault({ system: 'quay', path: '/manifests/', fault: 'truncated', times: 1 });
    expect(await ask('quay_get_tag', { image })).toMatchObject({ tag: COMMIT });
  });

  it('W-R07 a refused account is auth and names the setting', async () => {
    await using server = await standIn({ [`GET /v2/${REPOSITORY}/manifests/v1`]: { status: 401 } });
    const ask = toolsWith({ base_url: server.url, host: 'quay.example' });
    await expect(ask('quay_get_tag', { image: `${REPOSITORY}:v1` })).rejects.toMatchObject({
      code: 'auth',
      message: `quay.example does not let us read ${REPOSITORY}.`,
      remedy: expect.stringContaining('Set user and token of modules.quay to'),
    });
    const further = {
      base_url: 'http://127.0.0.1:9',
      registries: { 'quay.example': { base_url: server.url } },
    };
    const image = `quay.example/${REPOSITORY}:v1`;
    await expect(toolsWith(further)('quay_get_tag', { image })).rejects.toMatchObject({
      code: 'auth',
      remedy: expect.stringContaining("modules.quay.registries['quay.example']"),
    });
  });

  it('a registry that nobody has set is a precondition', async () => {
    const ask = toolsWith({ base_url: 'http://127.0.0.1:9', host: 'quay.io' });
    await expect(ask('quay_get_tag', { image: 'other.example/a/b:c' })).rejects.toMatchObject({
      code: 'precondition',
      message: 'modules.quay has no registry other.example; it knows quay.io.',
    });
  });

  it('without a tag there is nothing to get', async () => {
    const { ask } = await quayWorld({});
    const image = `quay.io/${REPOSITORY}`;
    await expect(ask('quay_get_tag', { image })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(ask('quay_get_manifest', { image })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('a tag that was moved is a conflict for who names the digest too', async () => {
    const images = { app: {}, next: { labels: { name: 'next' } } };
    const tags = { [REPOSITORY]: { v1: [{ value: 'app' }, { at: '2026-03-02T13:00:00Z', value: 'next' }] } };
    const { ask, to } = await quayWorld({ registry: { images, tags } });
    const { digest } = await ask('quay_get_tag', { image: `${REPOSITORY}:v1` });
    const image = `${REPOSITORY}:v1@${digest}`;
    expect(await ask('quay_get_tag', { image })).toMatchObject({ digest });
    await to('2026-03-02T13:00:00Z');
    await expect(ask('quay_get_tag', { image })).rejects.toMatchObject({ code: 'conflict' });
    // The digest itself is still what it was.
    expect(await ask('quay_get_manifest', { image })).toMatchObject({ digest });
  });

  it('where the Quay API is closed the time is that of the build, and it says so', async () => {
    const { askWith, image } = await quayWorld({
      quay: { repositories: { [REPOSITORY]: { public: false } } },
    });
    const ask = askWith({ api_token: undefined });
    expect(await ask('quay_get_tag', { image })).toMatchObject({
      time: '2026-03-02T10:00:00Z',
      time_source: 'image_created',
      note: `The API of quay.io does not let us read ${REPOSITORY}.`,
    });
  });
});

describe('quay_list_tags', () => {
  const images = {
    a: { created: '2026-03-01T00:00:00Z', labels: { name: 'a' }, signatures: [{}] },
    b: { created: '2026-02-01T00:00:00Z', labels: { name: 'b' } },
  };
  const tags = {
    [REPOSITORY]: {
      aaa: [{ at: '2026-03-01T10:00:00Z', value: 'a' }],
      zzz: [{ at: '2026-01-01T10:00:00Z', value: 'b' }],
      mmm: [{ at: '2026-03-02T10:00:00Z', value: 'b' }],
    },
  };

  it('newest first by when a tag was set, not by its name', async () => {
    const { ask } = await quayWorld({ registry: { images, tags } });
    const listed = await ask('quay_list_tags', { repository: REPOSITORY });
    expect(listed).toMatchObject({
      repository: `quay.io/${REPOSITORY}`,
      ordered_by: 'tag_set',
      tags: [
        { name: 'mmm', time: '2026-03-02T10:00:00Z', time_source: 'tag_set' },
        { name: 'aaa', time: '2026-03-01T10:00:00Z' },
        { name: 'zzz', time: '2026-01-01T10:00:00Z' },
      ],
      truncated: false,
      summary: `quay.io/${REPOSITORY} has 3 tags that fit; the newest is mmm, set 2026-03-02T10:00:00Z.`,
    });
    const page = await ask('quay_list_tags', { repository: REPOSITORY, limit: 2 });
    expect(page).toMatchObject({ tags: [{ name: 'mmm' }, { name: 'aaa' }], truncated: true, cursor: '2' });
    expect(await ask('quay_list_tags', { repository: REPOSITORY, limit: 2, cursor: '2' })).toMatchObject({
      tags: [{ name: 'zzz' }],
      truncated: false,
      cursor: null,
    });
    expect(await ask('quay_list_tags', { repository: REPOSITORY, filter: 'aa' })).toMatchObject({
      tags: [{ name: 'aaa' }],
    });
  });

  it('of a registry that is no Quay by when the image was built, and it says so', async () => {
    const { askWith } = await quayWorld({ registry: { images, tags } });
    const listed = await askWith({ kind: 'oci' })('quay_list_tags', { repository: REPOSITORY });
    expect(listed).toMatchObject({
      ordered_by: 'image_created',
      tags: [
        { name: 'aaa', time: '2026-03-01T00:00:00Z', time_source: 'image_created' },
        { name: 'mmm', time: '2026-02-01T00:00:00Z' },
        { name: 'zzz', time: '2026-02-01T00:00:00Z' },
      ],
    });
  });

  it('too many to ask about one by one stand in no order, and it says so', async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`t${at}`, 'a']));
    const { askWith } = await quayWorld({ registry: { images, tags: { [REPOSITORY]: many } } });
    const ask = askWith({ kind: 'oci' });
    expect(await ask('quay_list_tags', { repository: REPOSITORY, limit: 1 })).toMatchObject({
      ordered_by: 'nothing',
      tags: [{ time: null, time_source: 'none' }],
      truncated: true,
      summary: expect.stringContaining('in no order of time'),
    });
    expect(await ask('quay_list_tags', { repository: REPOSITORY, filter: 't20' })).toMatchObject({
      ordered_by: 'image_created',
    });
  });

  it('W-R07 a Quay API that is down is an error, and no list by another time', async () => {
    const { ask, fault } = await quayWorld({ registry: { images, tags } });
    await fault({ system: 'quay', path: '/api/v1/', fault: '500', times: 99 });
    await expect(ask('quay_list_tags', { repository: REPOSITORY })).rejects.toMatchObject({
      code: 'upstream',
    });
  });

  it('an unknown repository is not an empty list', async () => {
    const { ask } = await quayWorld({});
    await expect(ask('quay_list_tags', { repository: 'team/none' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(ask('quay_list_tags', { repository: 'team/none:v1' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('quay_get_repository', () => {
  it('tells what Quay knows of it', async () => {
    const { ask } = await quayWorld({ quay: { repositories: { [REPOSITORY]: { description: 'The app' } } } });
    expect(await ask('quay_get_repository', { repository: REPOSITORY })).toMatchInlineSnapshot(`
      {
        "description": "The app",
        "is_public": true,
        "kind": "quay",
        "more_tags": false,
        "newest_tags": [
          {
            "digest": "sha256:759c0c27d5446706e0fccc50161fd72829eba2724e9dc9ce3e2b60b41c5fece9",
            "name": "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
            "time": "2026-03-02T11:00:00Z",
          },
        ],
        "note": null,
        "repository": "quay.io/team-prod/group/app",
        "state": "NORMAL",
        "summary": "quay.io/team-prod/group/app (public) has 1 tag; the newest is a1b2c3d4e5f60718293a4b5c6d7e8f9012345678.",
        "tag_count": 1,
      }
    `);
  });

  it('is not_found where there is none', async () => {
    const { ask } = await quayWorld({});
    await expect(ask('quay_get_repository', { repository: 'team/none' })).rejects.toMatchObject({
      code: 'not_found',
      message: 'There is no repository quay.io/team/none.',
    });
  });
});
