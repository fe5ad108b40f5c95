import type { App } from '../app.ts';
import { appendLedger, readLedger } from '../flow/ledger.ts';
import { digestOf } from '../kit/canonical.ts';
import type { Effect, EffectClass } from '../kit/effect.ts';
import { SluiceError } from '../kit/errors.ts';
import { messageOf } from './asking.ts';
import { type Caller, weightOf } from './face-tool.ts';

const LONGEST_COMMAND = 1_000;
/** Looks at what would be done, until what was confirmed is what is there. */
const MOST_LOOKS = 3;

/** Something that an agent is about to do outside the order of a flow. */
interface DirectMatter {
  tool: string;
  input: unknown;
  /** Null for a call outside any release. */
  release: string | null;
  question: string;
  shows: Record<string, unknown>;
  /** What the answer is bound to besides tool, input and person. */
  bound: unknown;
  /** How a person does it without an agent. */
  byHand: string;
}

/** Whether a call with this effect is confirmed by a person when an agent makes it. */
export function isConfirmed(effect: EffectClass, app: App): boolean {
  const { direct } = app.loaded.settings.confirm;
  return direct !== 'never' && weightOf(effect) >= weightOf(direct);
}

/** Returns once the person has said yes to exactly this. Throws in every other case. */
export async function demandYes(matter: DirectMatter, caller: Caller, app: App): Promise<string> {
  const { tool, release, byHand } = matter;
  const { principal, asker } = caller;
  const digest = digestOf(
    JSON.parse(JSON.stringify([tool, matter.input ?? {}, matter.bound, principal.id, release])),
  );
  const { services } = await app.engine();
  const no = (await readLedger(services.store)).find(
    (entry) => entry.kind === 'confirmation.declined' && entry.data.digest === digest,
  );
  if (no !== undefined) throw declined(matter, principal.id);
  if (!asker.possible) {
    throw new SluiceError('needs_confirmation', {
      cause: `${tool} is confirmed by a person first, and this client cannot ask one.`,
      remedy: `Drive the flow that does this, or a person runs: ${byHand}`,
      rule: 'confirmation',
    });
  }
  const said = await asker.ask({
    release,
    step: null,
    plan: digest,
    message: messageOf({
      ...matter,
      sandbox: app.loaded.settings.sandbox,
      foot: `Asked for by ${principal.agent ?? 'an agent'} with ${tool}. A no is final for exactly this.`,
    }),
  });
  app.log.info({ tool, digest, said, by: principal }, 'a person was asked');
  if (said === 'yes') return digest;
  if (said === 'nothing') {
    throw new SluiceError('needs_confirmation', {
      cause: `Nobody has said yes to ${tool}, and nothing was done.`,
      remedy: `Call it again when the person can answer, or a person runs: ${byHand}`,
      rule: 'confirmation',
    });
  }
  await appendLedger({ kind: 'confirmation.declined', data: { digest, tool, by: principal } }, services);
  throw declined(matter, principal.id);
}

function declined({ tool, byHand }: DirectMatter, by: string): SluiceError {
  return new SluiceError('forbidden', {
    cause: `${by} said no to exactly this call of ${tool}, and a no is final.`,
    remedy: `Tell the person. One who wants it after all runs: ${byHand}`,
    rule: 'confirmation',
  });
}

class LookAgain extends Error {}

/**
 * A module's tool called outside a run. Asked is about the effects in hand; after a yes they are looked
 * at anew, for the answer may have taken its time.
 */
export async function callConfirmed(
  tool: string,
  input: unknown,
  caller: Caller,
  app: App,
): Promise<unknown> {
  const { principal, signal, progress } = caller;
  const agreed = new Set<string>();
  const confirm = async (effects: readonly Effect[]) => {
    const bound = effects.map(({ key, preview: { system, action, target, after } }) => ({
      key,
      system,
      action,
      target,
      after: after ?? null,
    }));
    const seen = digestOf(JSON.parse(JSON.stringify(bound)));
    if (agreed.has(seen)) return;
    const byHand = commandFor(tool, input);
    const question = `May ${principal.agent ?? 'an agent'} do this now?`;
    await demandYes(
      { tool, input, release: null, question, shows: shownOf(effects), bound, byHand },
      caller,
      app,
    );
    agreed.add(seen);
    throw new LookAgain();
  };
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    try {
      return await app.call(tool, input, { principal, signal, progress, confirm });
    } catch (thrown) {
      if (!(thrown instanceof LookAgain)) throw thrown;
    }
  }
  throw new SluiceError('conflict', {
    cause: `What ${tool} would do was another thing each time that it was looked at.`,
    remedy: 'Look at what changes there, then call it again.',
  });
}

function shownOf(effects: readonly Effect[]): Record<string, string> {
  return Object.fromEntries(
    effects.map(({ preview: { system, action, target, before, after } }, index) => {
      const change = after === undefined ? '' : ` (${short(before)} → ${short(after)})`;
      return [`${index + 1}. ${system}`, `${action}, ${target}${change}`];
    }),
  );
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function commandFor(tool: string, input: unknown): string {
  const json = JSON.stringify(input ?? {}).replaceAll("'", "'\\''");
  return json.length > LONGEST_COMMAND ? `sluice call ${tool} ARGUMENTS` : `sluice call ${tool} '${json}'`;
}
