import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';
import { blobSha } from './github.ts';

const { current, reset } = bench();
const REPO = '/github/repos/openshift/release-tests/contents';
const BOX = `${REPO}/_releases/4.20/statebox/4.20.27.yaml`;

beforeEach(reset);

const put = (json: Record<string, unknown>, path = BOX) =>
  current().ask(path, {
    method: 'PUT',
    json: { message: 'm', branch: 'z-stream', ...json },
  });
const encoded = (text: string) => Buffer.from(text).toString('base64');

describe('reading', () => {
  it('gives a file with its content and blob sha', async () => {
    const answer = await current().ask(`${REPO}/_releases/4.20/4.20.z.yaml?ref=z-stream`, { auth: false });
    const text = Buffer.from(String(at(answer.body, 'content')), 'base64').toString('utf8');
    expect(text).toContain('4.20.27:\n    advisories:\n      rhcos: 169026');
    expect(answer.body).toMatchObject({
      type: 'file',
      encoding: 'base64',
      sha: blobSha(text),
      size: text.length,
    });
    const raw = await current().ask(`${REPO}/_releases%2F4.20%2F4.20.z.yaml?ref=z-stream`, {
      headers: { accept: 'application/vnd.github.raw+json' },
    });
    expect(raw.text).toBe(text);
  });

  it('computes the sha as git does', () => {
    const text = 'größe\n';
    const git = execFileSync('git', ['hash-object', '--stdin'], { input: text, encoding: 'utf8' }).trim();
    expect(blobSha(text)).toBe(git);
  });

  it('lists a folder', async () => {
    const answer = await current().ask(`${REPO}/_releases?ref=z-stream`);
    expect(answer.body).toMatchObject([{ type: 'dir', name: '4.20', path: '_releases/4.20' }]);
  });

  it.each([
    [`${BOX}?ref=z-stream`],
    [`${REPO}/_releases?ref=no-branch`],
    ['/github/repos/openshift/nothing/contents/x'],
  ])('404 for %s', async (path) => expect((await current().ask(path)).status).toBe(404));

  it('shows a record when its time has come', async () => {
    const record = `${REPO}/_releases/ocp-test-result-4.20.27-amd64.json?ref=record`;
    const raw = { headers: { accept: 'application/vnd.github.raw+json' } };
    expect((await current().ask(record, raw)).status).toBe(404);
    await current().to('2026-06-25T16:30:00Z');
    const pending = (await current().ask(record, raw)).body;
    expect(at(pending, 'result.0.firstJob')).toMatchObject({
      jobID: 'f44d5fd4-7015-4627-a4eb-2307e3c91d5a',
      jobState: 'pending',
    });
    expect(at(pending, 'aggregated')).toBeUndefined();
    await current().to('2026-06-25T19:50:00Z');
    expect((await current().ask(record, raw)).body).toMatchObject({ aggregated: true, accepted: true });
  });
});

describe('writing', () => {
  it('creates, then updates with the sha', async () => {
    const created = await put({ content: encoded('one\n') });
    expect(created.status).toBe(201);
    expect(at(created.body, 'content.sha')).toBe(blobSha('one\n'));
    const updated = await put({ content: encoded('two\n'), sha: blobSha('one\n') });
    expect(updated.status).toBe(200);
    expect(at(updated.body, 'commit.sha')).toMatch(/^[0-9a-f]{40}$/);
    expect(at((await current().ask(`${BOX}?ref=z-stream`)).body, 'sha')).toBe(blobSha('two\n'));
    expect((await current().ask(`${REPO}/_releases/4.20/statebox?ref=z-stream`)).body).toMatchObject([
      { name: '4.20.27.yaml' },
    ]);
    expect(await current().effects()).toMatchObject([
      {
        kind: 'file_put',
        key: 'openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml',
        data: { created: true },
      },
      { kind: 'file_put', data: { created: false, content: 'two\n' } },
    ]);
  });

  it('refuses a missing or a stale sha', async () => {
    await put({ content: encoded('one\n') });
    expect((await put({ content: encoded('two\n') })).status).toBe(422);
    expect((await put({ content: encoded('two\n'), sha: blobSha('other') })).status).toBe(409);
    expect((await put({ content: encoded('x'), sha: blobSha('x') }, `${REPO}/new.txt`)).status).toBe(409);
    expect((await put({})).status).toBe(422);
    expect(await current().effects()).toHaveLength(1);
  });

  it('gives way to a patch of the same file', async () => {
    await put({ content: encoded('one\n') });
    const path = '_releases/4.20/statebox/4.20.27.yaml';
    const branches = { 'z-stream': { files: { [path]: { release: '4.20.27', tasks: [] } } } };
    const repositories = { 'openshift/release-tests': { branches } };
    await current().control('/scenario', { patch: { github: { repositories } } });
    expect((await current().ask(`${BOX}?ref=z-stream`)).body).toMatchObject({
      sha: blobSha('release: 4.20.27\ntasks: []\n'),
    });
  });

  it('refuses strangers', async () => {
    const json = { message: 'm', branch: 'z-stream', content: '' };
    expect((await current().ask(BOX, { method: 'PUT', json, auth: false })).status).toBe(404);
    const headers = { authorization: 'Bearer wrong' };
    expect((await current().ask(BOX, { method: 'PUT', json, headers })).status).toBe(401);
    expect(await current().effects()).toEqual([]);
  });
});
