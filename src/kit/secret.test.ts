import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Redactor } from './redact.ts';
import { resolveSecret, SecretRef } from './secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-secret-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return `file:${join(folder, name)}`;
};
const resolve = (reference: string, redactor = new Redactor()) =>
  resolveSecret(reference, 'modules.errata', redactor);

describe('a credential by reference', () => {
  it('comes from the environment, a file or a program, without its line end', async () => {
    vi.stubEnv('SLUICE_TEST_TOKEN', 'from-the-environment');
    expect(await resolve('env:SLUICE_TEST_TOKEN')).toBe('from-the-environment');
    expect(await resolve(file('token', 'from-a-file\n'))).toBe('from-a-file');
    expect(await resolve('cmd:echo from-a-program')).toBe('from-a-program');
  });

  it('promise 43: is redacted from then on', async () => {
    const redactor = new Redactor();
    await resolve(file('planted', 'planted-canary-1\n'), redactor);
    expect(redactor.text('it was planted-canary-1.')).toBe('it was [REDACTED].');
  });

  it('promise 45: goes to no shell', async () => {
    expect(await resolve('cmd:echo a; echo b > /dev/null $(id) `id` && false')).toBe(
      'a; echo b > /dev/null $(id) `id` && false',
    );
  });

  it.each([
    ['env:SLUICE_TEST_NOT_SET', 'is empty'],
    ['file:/does/not/exist', 'cannot be read'],
    ['cmd:no-such-program-here', 'cannot be read'],
    ['cmd:false', 'cannot be read'],
    ['cmd:true', 'is empty'],
  ])('is named with its place when %s gives nothing', async (reference, why) => {
    await expect(resolve(reference)).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringMatching(new RegExp(`^modules\\.errata: the credential ${reference} ${why}`)),
    });
  });

  it('is empty when the file holds blanks only', async () => {
    await expect(resolve(file('blank', ' \n\n'))).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining('is empty'),
    });
  });
});

it('takes references alone: a plain value in the settings is refused', () => {
  for (const reference of ['env:A_1', 'file:x', 'cmd:pass show x'])
    expect(SecretRef.safeParse(reference).success).toBe(true);
  for (const plain of ['hunter2', 'env:', 'env:1A', 'env:A B', 'file:', 'ENV:A', '']) {
    expect(SecretRef.safeParse(plain).success).toBe(false);
  }
});
