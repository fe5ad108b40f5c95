import { describe, expect, it } from 'vitest';
import { parseAllowedSigners, readAllowedSigners, signersOf } from './allowed-signers.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx';
const at = Date.UTC(2026, 5, 1);
const who = (text: string, namespace = 'sluice-approval', moment = at, key = KEY) =>
  signersOf(parseAllowedSigners(text, 'signers'), key, namespace, moment);

describe('an allowed_signers file', () => {
  it('names people by their keys; comments, blank lines and trailing comments are nothing', () => {
    expect(who(`# people\n\n  a@example.com ${KEY} a laptop\nb@example.com ssh-rsa AAAAB3\n`)).toEqual([
      'a@example.com',
    ]);
    expect(who(`a@example.com ${KEY}x`)).toEqual([]);
  });

  it('may give one key several names', () => {
    expect(who(`a@example.com,a.b@example.com ${KEY}`)).toEqual(['a@example.com', 'a.b@example.com']);
  });

  it.each([
    ['namespaces="sluice-approval"', true],
    ['namespaces="git,sluice-approval"', true],
    ['namespaces="git"', false],
    ['namespaces="sluice-approval-x"', false],
    ['valid-after="20260101"', true],
    ['valid-after="20260601Z"', true],
    ['valid-after="20260602"', false],
    ['valid-before="20260602"', true],
    ['valid-before="20260601"', false],
    ['valid-after="202605312359",valid-before="20260601000001Z"', true],
    ['namespaces="git,sluice-approval",valid-before="20270101"', true],
    ['namespaces="git",valid-before="20270101"', false],
  ])('with %s counts in June 2026: %s', (options, counts) => {
    expect(who(`a@example.com ${options} ${KEY}`)).toEqual(counts ? ['a@example.com'] : []);
  });

  it.each([
    ['*@example.com KEY', 'patterns of names'],
    ['a?@example.com KEY', 'patterns of names'],
    ['!a@example.com KEY', 'patterns of names'],
    ['a@example.com cert-authority KEY', 'not NAME'],
    ['a@example.com', 'not NAME'],
    ['a@example.com nonsense', 'not NAME'],
    ['KEY', 'not NAME'],
  ])('is refused, with its line, for %s', (line, why) => {
    const text = `ok@example.com ${KEY}\n${line.replace('KEY', KEY)}`;
    expect(() => parseAllowedSigners(text, 'signers')).toThrow(new RegExp(`^signers, line 2: .*${why}`));
  });

  it('that cannot be read is named', async () => {
    await expect(readAllowedSigners('/no/such/file')).rejects.toMatchObject({
      code: 'precondition',
      rule: 'approval-signers',
      message: expect.stringContaining('/no/such/file'),
    });
  });
});
