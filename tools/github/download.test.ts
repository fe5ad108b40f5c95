import { expect, test } from 'vitest';
import { Http } from '../../src/kit/http.ts';
import { services, standIn } from '../../test/support/stand-in.ts';
import { downloader } from './download.ts';

const open = (origin: string) => new Http({ system: 'github', baseUrl: origin }, services);

test('the address of an answer is followed to a named host, without a token', async () => {
  await using logs = await standIn({ 'GET /logs/7': { body: 'line\n' } });
  const host = new URL(logs.url).host;
  const download = downloader({ baseUrl: 'http://api.example.com', hosts: [host], open });
  expect(await download(`${logs.url}/logs/7?sig=a%2Fb`)).toBe('line\n');
  expect(logs.requests()).toEqual(['GET /logs/7?sig=a%2Fb']);
  expect(logs.seen[0]?.headers.authorization).toBeUndefined();
});

test.each([
  ['https://evil.example/7', ['*.logs.example']],
  ['https://logs.example/7', ['*.logs.example']],
  ['https://evillogs.example/7', ['*.logs.example']],
  ['https://logs.example.evil.example/7', ['*.logs.example', 'logs.example']],
  ['http://a.logs.example/7', ['*.logs.example']],
  ['https://user@a.logs.example/7', ['*.logs.example']],
  ['https://a.logs.example:8443/7', ['*.logs.example']],
  ['file:///etc/passwd', ['*.logs.example']],
  ['/7', []],
])('%s is not followed where %j are named', async (address, hosts) => {
  const download = downloader({
    baseUrl: 'https://api.example.com',
    hosts,
    open: () => {
      throw new Error('it was opened');
    },
  });
  await expect(download(address)).rejects.toMatchObject({ code: 'forbidden', rule: 'egress' });
});

test('every host below, and the own one', async () => {
  const opened: string[] = [];
  const download = downloader({
    baseUrl: 'https://api.example.com',
    hosts: ['*.Logs.example'],
    open: (origin) => {
      opened.push(origin);
      throw new Error('far enough');
    },
  });
  for (const address of ['https://a.b.logs.example/7', 'https://api.example.com/7']) {
    await expect(download(address)).rejects.toThrow('far enough');
  }
  expect(opened).toEqual(['https://a.b.logs.example', 'https://api.example.com']);
});
