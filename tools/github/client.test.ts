import { expect, test } from 'vitest';
import { expired, held, standIn } from '../../test/support/stand-in.ts';
import { GitHubClient } from './client.ts';

const REPO = 'openshift/release-tests';
const FILE = '_releases/4.20/statebox/4.20.27.yaml';
const AT = `/repos/${REPO}/contents/${FILE}`;
const base64 = (text: string) =>
  Buffer.from(text)
    .toString('base64')
    .replace(/(.{8})/g, '$1\n');

test('a file: text and blob id', async () => {
  const body = { type: 'file', sha: 'abc', encoding: 'base64', content: base64('release: "4.20.27" ü\n') };
  await using server = await standIn({ [`GET ${AT}`]: { body } });
  const client = new GitHubClient(server.http({ authorization: 'Bearer t' }));
  expect(await client.getFile(REPO, FILE, 'z-stream')).toEqual({
    text: 'release: "4.20.27" ü\n',
    sha: 'abc',
  });
  expect(server.requests()).toEqual([`GET ${AT}?ref=z-stream`]);
  expect(server.seen[0]?.headers).toMatchObject({
    accept: 'application/vnd.github+json',
    authorization: 'Bearer t',
  });
});

test('a file over 1 MB is read as a blob', async () => {
  await using server = await standIn({
    [`GET ${AT}`]: { body: { type: 'file', sha: 'abc', encoding: 'none', content: '' } },
    [`GET /repos/${REPO}/git/blobs/abc`]: { body: { encoding: 'base64', content: base64('long') } },
  });
  expect(await new GitHubClient(server.http()).getFile(REPO, FILE, 'main')).toEqual({
    text: 'long',
    sha: 'abc',
  });
});

test('no file is undefined, no folder is not_found', async () => {
  await using server = await standIn({
    [`GET ${AT}`]: { status: 404 },
    [`GET /repos/${REPO}/contents/_x`]: { status: 404 },
  });
  const client = new GitHubClient(server.http());
  expect(await client.getFile(REPO, FILE, 'main')).toBeUndefined();
  await expect(client.listFolder(REPO, '_x', 'main')).rejects.toMatchObject({ code: 'not_found' });
});

test('names in a folder', async () => {
  const body = [
    { name: '4.20', type: 'dir' },
    { name: 'x.json', type: 'file' },
  ];
  await using server = await standIn({ [`GET /repos/${REPO}/contents/_releases`]: { body } });
  expect(await new GitHubClient(server.http()).listFolder(REPO, '_releases', 'record')).toEqual([
    '4.20',
    'x.json',
  ]);
});

test.each([
  [{ status: 401 }, 'auth'],
  [{ body: { type: 'file', encoding: 'base64', content: '' } }, 'schema_drift'],
  [{ body: [{ name: 'a folder' }] }, 'schema_drift'],
])('%j is %s', async (reply, code) => {
  await using server = await standIn({ [`GET ${AT}`]: reply });
  await expect(new GitHubClient(server.http()).getFile(REPO, FILE, 'main')).rejects.toMatchObject({ code });
});

const change = { repo: REPO, path: FILE, branch: 'z-stream', text: 'new ü', message: 'Update StateBox' };

test('a commit replaces the version that it names', async () => {
  const body = { content: { sha: 'def' }, commit: { sha: 'c0ffee' } };
  await using server = await standIn({ [`PUT ${AT}`]: { body } });
  const client = new GitHubClient(server.http());
  expect(await client.putFile({ ...change, sha: 'abc' }, held)).toEqual({ sha: 'def', commit: 'c0ffee' });
  expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
    message: 'Update StateBox',
    branch: 'z-stream',
    sha: 'abc',
    content: Buffer.from('new ü').toString('base64'),
  });
});

test.each([409, 422])('%i means that somebody was faster', async (status) => {
  await using server = await standIn({ [`PUT ${AT}`]: { status, body: { message: 'x' } } });
  const put = new GitHubClient(server.http()).putFile(change, held);
  await expect(put).rejects.toMatchObject({ code: 'conflict', reached: 'no', status });
});

test('where write_to is set, it holds for files too', async () => {
  await using server = await standIn({ [`PUT ${AT}`]: { body: { content: { sha: 'def' } } } });
  const put = (writeTo: string[]) => new GitHubClient(server.http(), { writeTo }).putFile(change, held);
  for (const other of ['openshift/release', 'openshift/release-tests-x', 'other/*', 'open/*']) {
    await expect(put([other])).rejects.toMatchObject({ code: 'forbidden', rule: 'github.write_to' });
  }
  expect(server.requests()).toEqual([]);
  expect(await put(['OpenShift/*'])).toEqual({ sha: 'def' });
  expect(await put(['other/x', 'openshift/Release-Tests'])).toEqual({ sha: 'def' });
});

test('nothing is sent without a permit', async () => {
  await using server = await standIn({});
  await expect(new GitHubClient(server.http()).putFile(change, expired)).rejects.toMatchObject({
    code: 'stale',
  });
  expect(server.requests()).toEqual([]);
});

test.each([
  ['openshift/../x', FILE],
  ['openshift/..', FILE],
  ['openshift', FILE],
  ['a/b/c', FILE],
  ['a?/b', FILE],
  [REPO, '../x'],
  [REPO, 'a/../../x'],
  [REPO, 'a//b'],
])('%j %j never becomes a request', async (repo, file) => {
  await using server = await standIn({});
  const client = new GitHubClient(server.http());
  await expect(client.getFile(repo, file, 'main')).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(client.putFile({ ...change, repo, path: file }, held)).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

test('a query in a path or ref stays what it is', async () => {
  await using server = await standIn({ [`GET /repos/${REPO}/contents/a/b%3Fref%3Dx%23y`]: { status: 404 } });
  await new GitHubClient(server.http()).getFile(REPO, 'a/b?ref=x#y', 'main&x=1');
  expect(server.requests()[0]).toMatch(/\?ref=main%26x%3D1$/);
});
