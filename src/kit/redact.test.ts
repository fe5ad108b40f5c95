import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from './redact.ts';

const SECRET = 'sëcret/+ value?&=123';

function knowing(secret: string): Redactor {
  const redactor = new Redactor();
  redactor.add(secret);
  return redactor;
}

describe('promise 43: a secret that was resolved', () => {
  it.each([
    ['raw', SECRET],
    ['base64', Buffer.from(SECRET).toString('base64')],
    ['base64url', Buffer.from(SECRET).toString('base64url')],
    ['URL-encoded', encodeURIComponent(SECRET)],
  ])('is masked when it shows up %s', (_name, shape) => {
    const text = knowing(SECRET).text(`before ${shape} after`);
    expect(text).not.toContain(shape);
    expect(text).toMatch(/^before \[REDACTED\]=* after$/);
  });

  it('is masked for any secret, as often as it stands there', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), (secret) => {
        fc.pre(!'[REDACTED]'.includes(secret) && !'a b c'.includes(secret));
        const text = knowing(secret).text(`a ${secret} b ${secret} c`);
        expect(text).not.toContain(secret);
      }),
    );
  });

  it('is masked in every string of a structure', () => {
    expect(knowing(SECRET).deep({ list: [SECRET, 1], deep: { url: `x${SECRET}y` }, none: null })).toEqual({
      list: ['[REDACTED]', 1],
      deep: { url: 'x[REDACTED]y' },
      none: null,
    });
  });

  it('is not remembered when it is so short that it would blank ordinary words', () => {
    expect(knowing('the').text('the end')).toBe('the end');
  });
});

describe('promise 43: a secret that nobody told of', () => {
  it.each([
    ['GitHub token', `ghp_${'a1B2'.repeat(9)}`],
    ['GitHub fine-grained token', `github_pat_${'a1_B'.repeat(9)}`],
    ['GitLab token', 'glpat-abcdefghij0123456789'],
    ['Slack token', 'xoxb-123456789012-abcdef'],
    [
      'private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\nZXk=\n-----END OPENSSH PRIVATE KEY-----',
    ],
    ['bearer header', 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc'],
    ['basic header', 'Basic c2x1aWNlOnBhc3N3b3Jk'],
  ])('is known by its shape: %s', (_name, token) => {
    expect(new Redactor().text(`see ${token} here`)).toBe('see [REDACTED] here');
  });

  it('is cut out of the userinfo of an address', () => {
    expect(new Redactor().text('git clone https://bot:hunter2@git.example.com/a.git')).toBe(
      'git clone https://[REDACTED]@git.example.com/a.git',
    );
  });

  it('does not hide ordinary words', () => {
    const text =
      'advisory 169025 at https://errata.example.com/advisory/169025 is in REL_PREP; mail lead@example.com';
    expect(new Redactor().text(text)).toBe(text);
  });
});

it('shows of an outside body one clean, short line', () => {
  const excerpt = knowing('hunter2-hunter2').excerpt(`a\n\u202eb hunter2-hunter2 ${'x'.repeat(500)}`);
  expect(excerpt).toMatch(/^a b \[REDACTED\] x+… \[\d+ more characters\]$/);
  expect(excerpt.length).toBeLessThan(240);
});
