import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../kit/canonical.ts';
import type { Clock } from '../kit/clock.ts';

const LIFE_MS = 600_000;
const KEY_BYTES = 32;
const LONGEST = 8_000;
const PREFIX = 'v1';

const Payload = z.strictObject({
  /** Digest of the call that it was made for: tool and arguments. */
  call: z.string(),
  release: z.string().nullable(),
  step: z.string().nullable(),
  /** Hash of the plan, or digest of the call, that the person was shown. */
  plan: z.string(),
  principal: z.string(),
  session: z.string(),
  /** World time, ms. */
  issued: z.number(),
  expires: z.number(),
  /** This machine's time, ms: the world's may stand still. */
  wall_expires: z.number(),
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
});
export type RequestState = z.output<typeof Payload>;

/** Who may bring a state back: the one it was given to, over the same connection. */
export interface Holder {
  principal: string;
  session: string;
}

/** Why a state is not taken. Told to the log; a client hears only that it is not. */
export class StateRefused extends Error {}

/**
 * What travels through a client between a question and its answer. Signed, short-lived, for one use:
 * a client can read it, and can neither change it nor bring it back twice or from somewhere else.
 */
export class RequestStates {
  readonly #folder: string;
  readonly #clock: Clock;
  #key: Promise<Buffer> | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  async mint(about: Omit<RequestState, 'issued' | 'expires' | 'wall_expires' | 'nonce'>): Promise<string> {
    const issued = await this.#clock.now();
    const payload: RequestState = {
      ...about,
      issued,
      expires: issued + LIFE_MS,
      wall_expires: this.#clock.wall() + LIFE_MS,
      nonce: randomBytes(16).toString('hex'),
    };
    await this.#forgetOldUses();
    const body = Buffer.from(canonicalJson(payload)).toString('base64url');
    return `${PREFIX}.${body}.${await this.#macOf(body)}`;
  }

  /** What it says, once. Throws `StateRefused` for a state that was changed, is over, or is not this holder's. */
  async open(text: string, holder: Holder): Promise<RequestState> {
    const [prefix, body = '', mac = '', ...rest] = text.slice(0, LONGEST).split('.');
    if (text.length > LONGEST || prefix !== PREFIX || rest.length > 0) throw new StateRefused('malformed');
    if (!sameText(mac, await this.#macOf(body))) throw new StateRefused('tampered');
    const state = Payload.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    const now = await this.#clock.now();
    if (now >= state.expires || now < state.issued || this.#clock.wall() >= state.wall_expires)
      throw new StateRefused('expired');
    if (state.principal !== holder.principal) throw new StateRefused('of another principal');
    if (state.session !== holder.session) throw new StateRefused('of another session');
    if (!(await this.#firstUse(state.nonce))) throw new StateRefused('replayed');
    return state;
  }

  async #macOf(body: string): Promise<string> {
    this.#key ??= keyIn(this.#folder).catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return createHmac('sha256', await this.#key)
      .update(`${PREFIX}.${body}`)
      .digest('base64url');
  }

  get #uses(): string {
    return join(this.#folder, 'answered');
  }

  /** A file for each use: every process on this state folder sees it. */
  async #firstUse(nonce: string): Promise<boolean> {
    await mkdir(this.#uses, { recursive: true, mode: 0o700 });
    try {
      await (await open(join(this.#uses, nonce), 'wx', 0o600)).close();
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }

  /** A use whose state has expired needs no memory. */
  async #forgetOldUses(): Promise<void> {
    const names = await readdir(this.#uses).catch(() => []);
    for (const name of names) {
      const file = join(this.#uses, name);
      const made = await stat(file).catch(() => undefined);
      if (made !== undefined && this.#clock.wall() - made.mtimeMs > 2 * LIFE_MS)
        await rm(file, { force: true });
    }
  }
}

/** Made once for a state folder, whoever comes first. */
async function keyIn(folder: string): Promise<Buffer> {
  const file = join(folder, 'confirm.key');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const mine = `${file}.${randomBytes(8).toString('hex')}`;
  const known = await readFile(file).catch(() => undefined);
  if (known === undefined) {
    await writeFile(mine, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' });
    // Linking does not replace: of two that come at the same time one key stands.
    await link(mine, file).catch(() => undefined);
    await rm(mine, { force: true });
  }
  const key = known ?? (await readFile(file));
  if (key.length !== KEY_BYTES) throw new Error(`${file} is no key of ${KEY_BYTES} bytes`);
  return key;
}

function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
