import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyBundle } from '../../src/flow/evidence/verify.ts';
import { canonicalJson } from '../../src/kit/canonical.ts';
import { play } from '../support/story.ts';
import { RELEASE, startWorld, type World } from '../support/world.ts';

const ID = `z-stream-${RELEASE}`;

interface Bundle {
  answers: { number: number; answered: boolean; answer: string[] }[];
  page: string;
  attestations: { payload: string; signatures: { sig: string }[] }[];
  signed_by: string | null;
  policy: { allowed_signers: string; roles: Record<string, string[]> };
  journal: string[];
}

/** A z-stream release to its end, approved by a person, in a real process; then its evidence. */
describe('promise 50: the evidence of a release', () => {
  let world: World;
  let folder: string;
  let text: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-evidence-test-'));
    writeFileSync(join(folder, 'key'), sshpk.generatePrivateKey('ed25519').toString('openssh'), {
      mode: 0o600,
    });
    world = await startWorld();
    await world.fresh();
    await play(world);
    const file = join(folder, 'bundle.json');
    const made = await world.run(['evidence', ID, '--out', file, '--key', join(folder, 'key'), '--json']);
    expect(made.err).toBe('');
    expect(made.code).toBe(0);
    text = readFileSync(file, 'utf8');
  }, 240_000);

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const bundle = () => JSON.parse(text) as Bundle;

  /** Verifies away from its state folder and its settings. */
  async function verify(change: (bundle: Bundle) => void, args: string[] = []) {
    const changed = bundle();
    change(changed);
    const file = join(folder, 'changed.json');
    writeFileSync(file, JSON.stringify(changed));
    const exit = await world.run(['evidence', 'verify', file, '--json', ...args], {
      SLUICE_CONFIG: '/nowhere/sluice.yaml',
      SLUICE_HOME: join(folder, 'none'),
    });
    return {
      code: exit.code,
      found: JSON.parse(exit.out) as { ok: boolean; checks: { name: string; ok: boolean; detail: string }[] },
    };
  }

  it('answers the ten questions of an auditor on one page', () => {
    const { answers, page } = bundle();
    expect(answers.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const open = answers.filter(({ answered }) => !answered).map(({ number }) => number);
    expect(open).toEqual([]);
    expect(page.split('\n').length).toBeLessThan(190);
    expect(page).toContain('SANDBOX');
    expect(answers[3]?.answer.join('\n')).toMatch(/approved plan [0-9a-f]{16}/);
    expect(answers[6]?.answer.every((line) => line.startsWith('Yes: '))).toBe(true);
  });

  it('verifies offline with one command, without state and settings', async () => {
    const { code, found } = await verify(() => undefined);
    expect(found.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(code).toBe(0);
    expect(found.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^the approval of .* \(ssh\)$/),
        expect.stringMatching(/approved before it reached production/),
      ]),
    );
  });

  it('speaks in-toto: a release, test results and a summary, about the same subjects', () => {
    const statements = bundle().attestations.map(
      ({ payload }) =>
        JSON.parse(Buffer.from(payload, 'base64').toString()) as {
          _type: string;
          predicateType: string;
          subject: { digest: object }[];
          predicate: Record<string, unknown>;
        },
    );
    const types = new Set(statements.map(({ predicateType }) => predicateType));
    expect([...types].sort()).toEqual([
      'https://in-toto.io/attestation/release/v0.1',
      'https://in-toto.io/attestation/test-result/v0.1',
      'https://slsa.dev/verification_summary/v1',
    ]);
    expect(
      statements.every(
        ({ _type, subject }) => _type === 'https://in-toto.io/Statement/v1' && subject.length > 0,
      ),
    ).toBe(true);
    const summary = statements.at(-1);
    expect(summary?.predicate.verificationResult).toBe('PASSED');
    const inputs = summary?.predicate.inputAttestations as { digest: { sha256: string } }[];
    const digests = statements
      .slice(0, -1)
      .map((one) => createHash('sha256').update(canonicalJson(one)).digest('hex'));
    expect(inputs.map(({ digest }) => digest.sha256)).toEqual(digests);
  });

  it.each<[string, string, (bundle: Bundle) => void]>([
    ['an answer', 'answers and page', (one) => one.answers[2]?.answer.push('and by nobody else')],
    [
      'the page',
      'answers and page',
      (one) => {
        one.page = one.page.replace('## 3.', '## 3. ');
      },
    ],
    [
      'an attestation',
      'the attestations follow',
      (one) => {
        const first = one.attestations[0];
        if (first !== undefined)
          first.payload = Buffer.from(
            Buffer.from(first.payload, 'base64').toString().replace('pkg:', 'pkg:x'),
          ).toString('base64');
      },
    ],
    [
      'a signature',
      'signed by the named key',
      (one) => {
        const first = one.attestations[0]?.signatures[0];
        if (first !== undefined) first.sig = Buffer.alloc(64).toString('base64');
      },
    ],
    [
      'an entry of the journal',
      'one unbroken chain',
      (one) => {
        one.journal[3] = one.journal[3]?.replace('2026', '2025') ?? '';
      },
    ],
    [
      'a dropped entry',
      'one unbroken chain',
      (one) => {
        one.journal.splice(4, 1);
      },
    ],
    [
      'a payload',
      'one unbroken chain',
      (one) => {
        const at = one.journal.findLastIndex((line) => line.startsWith('{"payload"'));
        one.journal[at] = one.journal[at]?.replace(/"body":"\{/, '"body":"{ ') ?? '';
      },
    ],
    [
      'the allowed signers',
      'the approval of',
      (one) => {
        one.policy.allowed_signers = one.policy.allowed_signers.replace(/AAAA\S{8}/g, 'AAAAC3NzaC1lZ');
      },
    ],
    [
      'who holds the role',
      'the approval of',
      (one) => {
        one.policy.roles = { approver: ['mallory@example.com'] };
      },
    ],
  ])('does not hold when somebody changes %s', async (_what, name, change) => {
    const changed = bundle();
    change(changed);
    const found = await verifyBundle(JSON.stringify(changed), 'changed.json');
    expect(found.ok).toBe(false);
    expect(
      found.checks
        .filter(({ ok }) => !ok)
        .map((check) => check.name)
        .join('\n'),
    ).toContain(name);
  });

  it('does not hold when the whole journal was cut and chained anew: a head from elsewhere shows it', async () => {
    const { code, found } = await verify(() => undefined, ['--head', 'f'.repeat(64)]);
    expect(code).toBe(3);
    expect(found.checks.find(({ name }) => name.includes('published'))).toMatchObject({ ok: false });
  });

  it('is refused when it is no bundle, or not there', async () => {
    const file = join(folder, 'none.json');
    writeFileSync(file, '{}');
    const exit = await world.run(['evidence', 'verify', file, '--json']);
    expect(exit.code).toBe(2);
    expect(JSON.parse(exit.out)).toMatchObject({ error: { code: 'invalid_input' } });
    expect((await world.run(['evidence', 'nothing', '--json'])).code).toBe(2);
  });
});
