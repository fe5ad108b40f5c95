import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../kit/canonical.ts';
import { isSignedBy } from '../../kit/dsse.ts';
import { SluiceError } from '../../kit/errors.ts';
import { verifyStatement } from '../approval.ts';
import { whoBroke } from '../break-glass.ts';
import { readExport } from '../journal-files.ts';
import { planHash } from '../plan.ts';
import type { ApprovalSettings } from '../services.ts';
import { answersOf, approvalOrder } from './answers.ts';
import { BUNDLE_FORMAT, IN_TOTO } from './bundle.ts';
import { pageOf } from './page.ts';
import { type EvidenceRecord, readRecord } from './record.ts';
import { statementsOf } from './statements.ts';

export interface Check {
  name: string;
  ok: boolean;
  /** What was found, or what does not hold. */
  detail: string;
}

export interface Verification {
  release_id: string;
  sandbox: boolean;
  ok: boolean;
  checks: Check[];
}

export interface VerifyOptions {
  /** The head that the journal is known to have had, from a place that its keeper cannot change. */
  head?: string;
  /** An allowed_signers file of the verifier's own; else the list that came with the bundle. */
  signers?: string;
}

const Lists = z.record(z.string(), z.array(z.string()));
const BundleShape = z.object({
  format: z.literal(BUNDLE_FORMAT),
  release_id: z.string(),
  sandbox: z.boolean(),
  answers: z.array(z.unknown()),
  page: z.string(),
  attestations: z.array(
    z.object({
      payloadType: z.string(),
      payload: z.string(),
      signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
    }),
  ),
  signed_by: z.string().nullable(),
  policy: z.object({ allowed_signers: z.string().nullable(), roles: Lists, aliases: Lists }),
  journal: z.array(z.string()).min(1),
});

/** Checks a bundle with nothing but the bundle: no state, no network. Throws when it is no bundle at all. */
export async function verifyBundle(
  text: string,
  file: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  const bundle = parse(text, file);
  const checks: Check[] = [];
  const check = async (name: string, work: () => Promise<string> | string) => {
    try {
      checks.push({ name, ok: true, detail: await work() });
    } catch (error) {
      checks.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error) });
    }
  };
  let record: EvidenceRecord | undefined;
  await check('the journal is one unbroken chain with all its payloads', async () => {
    const { row, entries, payloads } = readExport(bundle.journal.join('\n'), file);
    const bodies = new Map(payloads.map(({ digest, body }) => [digest, body]));
    record = await readRecord(row, entries, { payloads: async () => bodies });
    demand(row.id === bundle.release_id, `it is the journal of ${row.id}, not of ${bundle.release_id}`);
    demand(
      record.state.opened.sandbox === bundle.sandbox,
      'the bundle and its journal differ in whether it is a sandbox',
    );
    return `${entries.length} entries, head ${row.headHash}`;
  });
  if (record !== undefined) {
    const known = record;
    await check('the head is the one that was published', () => {
      if (options.head === undefined) return 'not asked for: give --head HASH from a place of your own';
      demand(
        known.entries.some(({ hash }) => hash === options.head),
        `${options.head} is not in this journal: it was cut or rewritten`,
      );
      return `${options.head} is in the chain`;
    });
    await check('answers and page follow from the journal', () => {
      const answers = answersOf(known);
      demand(
        canonicalJson(bundle.answers) === canonicalJson(answers),
        'the answers are not those of the journal',
      );
      demand(bundle.page === pageOf(known, answers), 'the page is not that of the journal');
      return `${answers.filter(({ answered }) => answered).length} of ${answers.length} questions answered`;
    });
    await check('the attestations follow from the journal', () => {
      const wanted = statementsOf(known).map((one) => canonicalJson(one));
      const given = bundle.attestations.map(({ payload }) => Buffer.from(payload, 'base64').toString());
      demand(
        bundle.attestations.every(({ payloadType }) => payloadType === IN_TOTO),
        'one is no in-toto statement',
      );
      demand(canonicalJson(given) === canonicalJson(wanted), 'they are not those of the journal');
      return `${given.length} in-toto statements`;
    });
    await check('the attestations are signed by the named key', async () => {
      if (bundle.signed_by === null) return 'they are unsigned';
      for (const one of bundle.attestations)
        demand(await isSignedBy(one, bundle.signed_by), 'a signature does not fit its statement');
      return bundle.signed_by;
    });
    const approvals = await settingsFor(bundle, options);
    try {
      for (const given of approvalsOf(known, approvals.settings)) await check(given.name, given.prove);
    } finally {
      await approvals.forget();
    }
    for (const { step, approvedAt, effectAt, holds } of approvalOrder(known)) {
      await check(`${step} was approved before it reached production`, () => {
        demand(holds, `approved at ${approvedAt ?? 'no time'}, begun at ${effectAt}`);
        return `approved at ${approvedAt ?? 'skipped by its condition'}, begun at ${effectAt}`;
      });
    }
  }
  return {
    release_id: bundle.release_id,
    sandbox: bundle.sandbox,
    ok: checks.every(({ ok }) => ok),
    checks,
  };
}

/** Each approval that the run rested on, with what proves it. */
function approvalsOf(
  record: EvidenceRecord,
  settings: ApprovalSettings,
): { name: string; prove: () => Promise<string> }[] {
  const { state } = record;
  const proofs: { name: string; prove: () => Promise<string> }[] = [];
  for (const step of state.opened.flow.steps) {
    const own = state.steps.get(step.id);
    if (step.kind !== 'approve' || own === undefined || own.asked === null) continue;
    const { asked } = own;
    proofs.push({
      name: `the plan of ${step.id} is the one that was approved`,
      prove: async () => {
        const hash = planHash(asked.plan as Parameters<typeof planHash>[0]);
        demand(hash === asked.planHash, `it hashes to ${hash}, and ${asked.planHash} was asked for`);
        return hash;
      },
    });
    for (const given of own.approvals) {
      proofs.push({
        name: `the approval of ${step.id} by ${given.by} (${given.way})`,
        prove: async () => {
          if (given.way !== 'ssh')
            return `recorded as ${given.way} held it at ${new Date(given.at).toISOString()}; only ${given.way} can prove it`;
          const person = await verifyStatement(given, step, given.planHash, state, settings, 'approve');
          demand(person === given.by, `it was signed by ${person}`);
          return `signed by ${person}`;
        },
      });
    }
  }
  for (const review of state.reviews) {
    proofs.push({
      name: `the broken glass over ${review.what} by ${review.by.id}`,
      prove: async () => {
        const person = await whoBroke(review.signed, state, { approvals: settings });
        demand(person === review.by.id, `it was signed by ${person}`);
        return review.closed === null
          ? 'signed; its review is OPEN'
          : `signed; reviewed by ${review.closed.by}`;
      },
    });
  }
  return proofs;
}

type Parsed = z.output<typeof BundleShape>;

async function settingsFor(
  bundle: Parsed,
  { signers }: VerifyOptions,
): Promise<{ settings: ApprovalSettings; forget: () => Promise<void> }> {
  const { allowed_signers, roles, aliases } = bundle.policy;
  if (signers !== undefined || allowed_signers === null)
    return { settings: { allowedSigners: signers, roles, aliases }, forget: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'sluice-evidence-'));
  const path = join(folder, 'allowed_signers');
  await writeFile(path, allowed_signers);
  return {
    settings: { allowedSigners: path, roles, aliases },
    forget: async () => await rm(folder, { recursive: true, force: true }),
  };
}

function parse(text: string, file: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = BundleShape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SluiceError('invalid_input', {
    cause: `${file} is not a bundle of the format ${BUNDLE_FORMAT}.`,
    remedy: 'Make one with `sluice evidence RELEASE_ID --out FILE`.',
  });
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
