import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../test/support/test-clock.ts';
import { RequestStates } from './request-state.ts';

const HOLDER = { principal: 'lead@example.com', session: 'one' };
const ABOUT = { call: 'c', release: 'r-1', step: 'confirm', plan: 'a'.repeat(64), ...HOLDER };

describe('promise 22: the state that travels through a client', () => {
  let folder: string;
  let clock: TestClock;
  let states: RequestStates;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-state-'));
    clock = new TestClock();
    states = new RequestStates(folder, clock);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('comes back to its holder once', async () => {
    const text = await states.mint(ABOUT);
    expect(await states.open(text, HOLDER)).toMatchObject(ABOUT);
    await expect(states.open(text, HOLDER)).rejects.toThrow('replayed');
    // Another process on the same state folder knows of the use, and of the key.
    const other = new RequestStates(folder, clock);
    await expect(other.open(text, HOLDER)).rejects.toThrow('replayed');
    expect(await other.open(await states.mint(ABOUT), HOLDER)).toMatchObject(ABOUT);
  });

  it('is used once, however many come at the same time', async () => {
    const text = await states.mint(ABOUT);
    const many = [states, new RequestStates(folder, clock), states, new RequestStates(folder, clock)];
    const answers = await Promise.allSettled(many.map((one) => one.open(text, HOLDER)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is refused with any bit of it turned, any character taken out or put in', async () => {
    const text = await states.mint(ABOUT);
    const accepted: string[] = [];
    const attempt = async (changed: string) =>
      await states.open(changed, HOLDER).then(
        () => accepted.push(changed),
        () => undefined,
      );
    for (let at = 0; at < text.length; at += 1) {
      const [before, after] = [text.slice(0, at), text.slice(at + 1)];
      const others = [0, 1, 2, 3, 4, 5, 6, 7].map((bit) =>
        String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)),
      );
      for (const other of [...others, '', `A${text[at]}`, 'A', '_', 'g', 'Q']) {
        if (other !== text[at]) await attempt(before + other + after);
      }
    }
    expect(accepted).toEqual([]);
    // None of these was a use.
    expect(await states.open(text, HOLDER)).toMatchObject(ABOUT);
  });

  it('is refused after any change of its bytes', async () => {
    const text = await states.mint(ABOUT);
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const changed = bytes.toString('latin1');
        await expect(states.open(changed, HOLDER)).rejects.toThrow();
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.string(), async (any) => {
        await expect(states.open(any, HOLDER)).rejects.toThrow();
      }),
    );
    expect(await states.open(text, HOLDER)).toMatchObject(ABOUT);
  });

  it('is refused when somebody else signed it', async () => {
    const text = await states.mint(ABOUT);
    const [, body = ''] = text.split('.');
    const payload = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), plan: 'b'.repeat(64) };
    const forged = Buffer.from(JSON.stringify(payload)).toString('base64url');
    for (const key of ['', 'guess', Buffer.alloc(32)]) {
      const mac = createHmac('sha256', key).update(`v1.${forged}`).digest('base64url');
      await expect(states.open(`v1.${forged}.${mac}`, HOLDER)).rejects.toThrow('tampered');
    }
    const elsewhere = mkdtempSync(join(tmpdir(), 'sluice-state-'));
    const other = await new RequestStates(elsewhere, clock).mint(ABOUT);
    rmSync(elsewhere, { recursive: true });
    await expect(states.open(other, HOLDER)).rejects.toThrow('tampered');
  });

  it.each([
    ['another principal', { ...HOLDER, principal: 'eve@example.com' }],
    ['another session', { ...HOLDER, session: 'two' }],
  ])('is refused from %s', async (what, holder) => {
    const text = await states.mint(ABOUT);
    await expect(states.open(text, holder)).rejects.toThrow(`of ${what}`);
    expect(await states.open(text, HOLDER)).toMatchObject(ABOUT);
  });

  it('ends after ten minutes of the world, and of this machine', async () => {
    const early = await states.mint(ABOUT);
    clock.forward(600_000 - 1);
    await states.open(early, HOLDER);
    const late = await states.mint(ABOUT);
    clock.forward(600_000);
    await expect(states.open(late, HOLDER)).rejects.toThrow('expired');
    const still = await states.mint(ABOUT);
    clock.machine += 600_000;
    await expect(states.open(still, HOLDER)).rejects.toThrow('expired');
    const turned = await states.mint(ABOUT);
    clock.world -= 1;
    await expect(states.open(turned, HOLDER)).rejects.toThrow('expired');
  });

  it('is signed with a key that its owner alone reads, made once', async () => {
    const [one, other] = [new RequestStates(folder, clock), new RequestStates(folder, clock)];
    const texts = await Promise.all([one, other, one, other].map((states) => states.mint(ABOUT)));
    const file = join(folder, 'confirm.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file)).toHaveLength(32);
    for (const text of texts) expect(await states.open(text, HOLDER)).toMatchObject(ABOUT);
  });
});
