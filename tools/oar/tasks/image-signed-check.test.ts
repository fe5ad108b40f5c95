import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/kit/clock.ts';
import { Http } from '../../../src/kit/http.ts';
import { createLogger } from '../../../src/kit/log.ts';
import { Redactor } from '../../../src/kit/redact.ts';
import type { ToolContext } from '../../../src/kit/tool.ts';
import { digestOf, Registry as OciRegistry } from '../../quay/client.ts';
import { ReleaseControllerClient } from '../../release-controller/client.ts';
import type { OarServices } from '../services.ts';
import { imageSignedCheck } from './image-signed-check.ts';

const DIGEST = 'sha256:05f959160351e81679dfab48bab274579fcc320244cabe974410718b132445b1';
const OTHER = `sha256:${'0'.repeat(64)}`;
const BASE = 'https://mirror.example/pub/openshift-v4/signatures/openshift/release';

const services = { clock: systemClock, redactor: new Redactor(), log: createLogger(), callLimitMs: 1000 };

type Table = Record<string, { status?: number; body: Uint8Array }>;

const notThere = { status: 404, headers: new Headers(), text: '', bytes: new Uint8Array() };

/** Answers from a table; what nobody expected fails, but for the signature after the last. */
class Canned extends Http {
  readonly #answers: Table;

  constructor(answers: Table) {
    super({ system: 'canned', baseUrl: BASE }, services);
    this.#answers = answers;
  }

  override async get(target: string) {
    const found = this.#answers[target];
    if (found === undefined && /\/signature-[123]$/.test(target)) return notThere;
    if (found === undefined) throw new Error(`unexpected ${target}`);
    const text = new TextDecoder().decode(found.body);
    return { status: found.status ?? 200, headers: new Headers(), text, bytes: found.body };
  }
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const claim = async (digest: string) =>
  (
    await openpgp.createMessage({
      binary: utf8(JSON.stringify({ critical: { image: { 'docker-manifest-digest': digest } } })),
    })
  ).write();

async function signed(digest: string, signingKeys: openpgp.PrivateKey): Promise<Uint8Array> {
  const text = JSON.stringify({ critical: { image: { 'docker-manifest-digest': digest } } });
  const message = await openpgp.createMessage({ binary: utf8(text) });
  const date = new Date('2026-06-26T12:00:00Z');
  const signature = await openpgp.sign({ message, signingKeys, format: 'binary', date });
  if (!(signature instanceof Uint8Array)) throw new Error('not binary');
  return signature;
}

const at = (digest: string, nth: number) => `/sha256=${digest.slice(7)}/signature-${nth}`;

async function check(
  digest: string | undefined,
  signature: Table[string],
  keys: string[] = [],
  more: Table = {},
  rest: { registry: Table; architectures: string[] } = { registry: {}, architectures: ['x86_64'] },
) {
  const changeLog = digest === undefined ? {} : { changeLogJson: { to: { digest } } };
  const release = JSON.stringify({ name: '4.20.27', phase: 'Accepted', ...changeLog });
  const controller = new Canned({
    '/api/v1/releasestream/4-stable/release/4.20.27': { body: utf8(release) },
  });
  const http = new Canned(rest.registry);
  const registry = new OciRegistry({ http, baseUrl: BASE, credentials: async () => ({}) });
  const client: Partial<OarServices> = {
    places: { signature_url: new Canned({ [at(DIGEST, 1)]: signature, ...more }) },
    payloadRepository: 'quay.io/openshift-release-dev/ocp-release',
    registries: new Map([['quay.io', registry]]),
    signatureUrl: BASE,
    signatureKeys: keys,
    architectures: rest.architectures,
    releaseController: () => new ReleaseControllerClient(controller),
  };
  const context: ToolContext<unknown> = {
    client,
    now: Date.parse('2026-06-26T12:40:00Z'),
    ungoverned: false,
    signal: undefined,
    principal: 'a@example.com',
    progress: () => undefined,
  };
  return await imageSignedCheck.read({ release: '4.20.27' }, context);
}

describe('oar_image_signed_check', () => {
  it('Z-P10 signed: the claim names the digest of the release controller', async () => {
    expect(await check(DIGEST, { body: await claim(DIGEST) })).toEqual({
      release: '4.20.27',
      digest: DIGEST,
      state: 'signed',
      verified: null,
      url: `${BASE}/sha256=${DIGEST.slice(7)}/signature-1`,
      architectures: [
        {
          architecture: 'x86_64',
          digest: DIGEST,
          state: 'signed',
          verified: null,
          url: `${BASE}/sha256=${DIGEST.slice(7)}/signature-1`,
        },
      ],
      summary: `The payload of 4.20.27 (${DIGEST}) is signed.`,
    });
  });

  it('Z-P10 404 is not published yet, an empty digest is no digest', async () => {
    expect(await check(DIGEST, { status: 404, body: utf8('') })).toMatchObject({ state: 'not_published' });
    expect(await check('', { body: utf8('') })).toMatchObject({ state: 'no_digest', url: null });
  });

  it('Z-P10 an answer without a changelog is an error that names the field', async () => {
    await expect(check(undefined, { body: utf8('') })).rejects.toMatchObject({
      code: 'schema_drift',
      message: expect.stringContaining('changeLogJson'),
    });
  });

  it('a signature of something else differs', async () => {
    expect(await check(DIGEST, { body: await claim(OTHER) })).toMatchObject({
      state: 'digest_differs',
      summary: expect.stringContaining(OTHER),
    });
  });

  it('with keys, only what one of them signed is signed', async () => {
    const { publicKey } = await openpgp.generateKey({
      userIDs: [{ name: 'x' }],
      date: new Date('2026-01-01'),
    });
    const folder = mkdtempSync(join(tmpdir(), 'oar-keys-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'release.asc');
    writeFileSync(file, publicKey);
    const answer = await check(DIGEST, { body: await claim(DIGEST) }, [file]);
    expect(answer).toMatchObject({ state: 'not_verified', verified: false });
    await expect(
      check(DIGEST, { body: await claim(DIGEST) }, [join(folder, 'no.asc')]),
    ).rejects.toMatchObject({
      code: 'precondition',
    });
  });

  describe('Z-P10 several signatures and architectures', () => {
    it('one good signature is enough, and the list ends at the first that is not there', async () => {
      const second = { [at(DIGEST, 2)]: { body: await claim(DIGEST) } };
      expect(await check(DIGEST, { body: await claim(OTHER) }, [], second)).toMatchObject({
        state: 'signed',
        url: expect.stringMatching(/signature-2$/),
      });
      const third = { [at(DIGEST, 3)]: { body: await claim(DIGEST) } };
      expect(await check(DIGEST, { body: await claim(OTHER) }, [], third)).toMatchObject({
        state: 'digest_differs',
      });
    });

    it('verified: by the key that is configured, though a stranger signed first', async () => {
      const key = async () =>
        await openpgp.generateKey({
          userIDs: [{ name: 'x' }],
          date: new Date('2026-01-01'),
          format: 'object',
        });
      const [ours, strange] = [await key(), await key()];
      const folder = mkdtempSync(join(tmpdir(), 'oar-keys-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const file = join(folder, 'release.asc');
      writeFileSync(file, ours.publicKey.armor());
      const first = { body: await signed(DIGEST, strange.privateKey) };
      expect(await check(DIGEST, first, [file])).toMatchObject({ state: 'not_verified', verified: false });
      const second = { [at(DIGEST, 2)]: { body: await signed(DIGEST, ours.privateKey) } };
      expect(await check(DIGEST, first, [file], second)).toMatchObject({ state: 'signed', verified: true });
      const wrong = { [at(DIGEST, 2)]: { body: await signed(OTHER, ours.privateKey) } };
      expect(await check(DIGEST, first, [file], wrong)).toMatchObject({ state: 'not_verified' });
    });

    it('every architecture has to be signed; the digest of others is that of their tag', async () => {
      const index = JSON.stringify({ manifests: [] });
      const arm = digestOf(Buffer.from(index));
      const tag = '/v2/openshift-release-dev/ocp-release/manifests/4.20.27-aarch64';
      const good = { body: await claim(DIGEST) };
      const ask = (registry: Table, more: Table = {}) =>
        check(DIGEST, good, [], more, { registry, architectures: ['x86_64', 'aarch64'] });
      const there = { [tag]: { body: utf8(index) } };
      expect(await ask(there)).toMatchObject({
        state: 'not_published',
        digest: DIGEST,
        architectures: [
          { state: 'signed' },
          { architecture: 'aarch64', digest: arm, state: 'not_published' },
        ],
        summary: `The signature of 4.20.27 for aarch64 (${arm}) is not published yet.`,
      });
      expect(await ask(there, { [at(arm, 1)]: { body: await claim(arm) } })).toMatchObject({
        state: 'signed',
        summary: 'The payloads of 4.20.27 are signed for all 2 architectures.',
      });
      expect(await ask(there, { [at(arm, 1)]: { body: await claim(OTHER) } })).toMatchObject({
        state: 'digest_differs',
        summary: `The signature published for 4.20.27 for aarch64 (${arm}) is for ${OTHER}.`,
      });
      await expect(ask({ [tag]: { status: 401, body: utf8('') } })).rejects.toMatchObject({ code: 'auth' });
    });
  });

  it('a page instead of a signature is drift', async () => {
    await expect(check(DIGEST, { body: utf8('<html></html>') })).rejects.toMatchObject({
      code: 'schema_drift',
    });
  });
});
