import { isoTime } from '../../kit/clock.ts';
import { oneLine } from '../../kit/text.ts';
import { approvalsOver } from '../graph.ts';
import { stepState } from '../state.ts';
import { artifactsOf, type DoneEffect, type EvidenceRecord, effectsOf } from './record.ts';

export const QUESTIONS = [
  'What was changed?',
  'Why was it changed?',
  'Who asked for it?',
  'Who approved it?',
  'Who carried it out?',
  'What was tested before?',
  'Was it approved before it reached production?',
  'Which version is it, exactly?',
  'How would it have been taken back?',
  'How did it end, and can this record be trusted?',
] as const;

export interface Answer {
  number: number;
  question: (typeof QUESTIONS)[number];
  answer: string[];
  /** False where the journal does not say: an auditor should ask. */
  answered: boolean;
  /** Places in the journal that it rests on. */
  from: number[];
}

type Part = Pick<Answer, 'answer' | 'answered' | 'from'>;

/** The ten questions of a change audit, answered from one journal alone. */
export function answersOf(record: EvidenceRecord): Answer[] {
  const parts = [
    what(record),
    why(record),
    asked(record),
    approved(record),
    carriedOut(record),
    tested(record),
    inOrder(record),
    version(record),
    wayBack(record),
    ending(record),
  ];
  return QUESTIONS.map((question, index) => ({
    number: index + 1,
    question,
    ...(parts[index] ?? { answer: [], answered: false, from: [] }),
  }));
}

function what(record: EvidenceRecord): Part {
  const { opened } = record.state;
  const effects = effectsOf(record);
  const inputs = Object.entries(opened.inputs).map(([name, value]) => `${name}=${String(value)}`);
  return {
    answer: [
      `${opened.flow.title} (${opened.flow.flow}), ${inputs.join(', ')}`,
      ...effects.map(
        ({ effect, environment, settledAt }) =>
          `${settledAt} ${effect.preview?.action ?? effect.key} on ${effect.preview?.target ?? effect.tool} [${environment}]${effect.status === 'adopted' ? ' (was there already)' : ''}`,
      ),
      ...(effects.length === 0 ? ['Nothing was changed outside.'] : []),
    ],
    answered: true,
    from: [1, ...effects.flatMap(({ from }) => from)],
  };
}

const TICKET = /^[A-Z][A-Z0-9]+-\d+$/;
const ADVISORY = /^RH[SBE]A-\d{4}:\d+$/;

const REASON_FIELDS = ['key', 'issue', 'ticket', 'advisory', 'errata', 'jira', 'jira_ticket'];

/** `{ rpm: 169025 }`, as the records of a z-stream name them. */
function advisoriesOf(value: unknown): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([kind, id]) =>
    typeof id === 'number' ? [`advisory ${id} (${kind})`] : [],
  );
}

function why(record: EvidenceRecord): Part {
  const found = new Map<string, number>();
  const look = (value: unknown, seq: number) => {
    if (typeof value !== 'string') return;
    if ((TICKET.test(value) || ADVISORY.test(value)) && !found.has(value)) found.set(value, seq);
  };
  for (const value of Object.values(record.state.opened.inputs)) look(value, 1);
  for (const fact of record.facts) {
    if (fact.kind !== 'step.settled' && fact.kind !== 'step.started') continue;
    const { result } = fact.data;
    if (result === null || typeof result !== 'object') continue;
    for (const [name, value] of Object.entries(result)) {
      if (REASON_FIELDS.includes(name)) look(value, fact.seq);
      for (const advisory of name === 'advisories' ? advisoriesOf(value) : [])
        if (!found.has(advisory)) found.set(advisory, fact.seq);
    }
  }
  const tickets = [...found.keys()];
  return {
    answer: tickets.length === 0 ? ['The journal names no ticket.'] : [`For ${tickets.join(', ')}`],
    answered: tickets.length > 0,
    from: [...new Set(found.values())],
  };
}

function asked({ state }: EvidenceRecord): Part {
  const { requester } = state.opened;
  const how = requester.agent === undefined ? `the ${requester.face}` : `the agent ${requester.agent}`;
  return {
    answer: [`${requester.id}, through ${how}, at ${isoTime(state.openedAt)}`],
    answered: true,
    from: [1],
  };
}

function approved(record: EvidenceRecord): Part {
  const answer: string[] = [];
  const from: number[] = [];
  for (const fact of record.facts) {
    const at = isoTime(fact.at);
    let line: string | undefined;
    if (fact.kind === 'approval.given')
      line = `${at} ${fact.data.by} approved plan ${short(fact.data.plan_hash)} of ${fact.step} (SSH signature)`;
    if (fact.kind === 'approval.witnessed')
      line = `${at} ${fact.data.by} approved plan ${short(fact.data.plan_hash)} of ${fact.step} (${fact.data.way})`;
    if (fact.kind === 'approval.declined')
      line = `${at} ${fact.data.by} declined ${fact.step}: ${oneLine(fact.data.reason)}`;
    if (fact.kind === 'approval.staled')
      line = `${at} approvals of ${fact.step} stopped counting: ${oneLine(fact.data.why)}`;
    if (fact.kind === 'confirmation.given')
      line = `${at} ${fact.data.by.id} confirmed ${fact.step} (${fact.data.how}); a confirmation is no approval`;
    if (fact.kind === 'decision.made')
      line = `${at} ${fact.data.by.id} decided ${fact.step}: ${fact.data.option} (${oneLine(fact.data.reason)})`;
    if (fact.kind === 'waiver.granted')
      line = `${at} ${fact.data.by.id} waived gate ${fact.step} until ${isoTime(fact.data.until)}: ${oneLine(fact.data.reason)}`;
    if (fact.kind === 'run.waived')
      line = `${at} ${fact.data.by.id} waived ${fact.data.gate} until ${isoTime(fact.data.until)}: ${oneLine(fact.data.reason)}`;
    if (fact.kind === 'run.broke_glass')
      line = `${at} ${fact.data.by.id} broke the glass over ${fact.data.what}: ${oneLine(fact.data.reason)}`;
    if (fact.kind === 'review.closed')
      line = `${at} ${fact.data.by.id} reviewed ${fact.data.review}: ${oneLine(fact.data.finding)}`;
    if (line === undefined) continue;
    answer.push(line);
    from.push(fact.seq);
  }
  for (const merge of mergesOf(record)) {
    answer.push(merge.line);
    from.push(merge.seq);
  }
  const open = record.state.reviews.filter(({ closed }) => closed === null);
  for (const { review, what } of open) answer.push(`OPEN: ${review} of ${what} has not been looked into.`);
  if (answer.length === 0) answer.push('Nobody: this flow asks for no approval, or it has not come to it.');
  return { answer, answered: from.length > 0 && open.length === 0, from };
}

/** Where the approval is the merge by the owners of a repository. */
function mergesOf({ facts }: EvidenceRecord): { line: string; seq: number; at: number }[] {
  return facts.flatMap((fact) => {
    if (fact.kind !== 'step.settled' || fact.data.status !== 'passed') return [];
    const { result } = fact.data;
    if (result === null || typeof result !== 'object' || !('merged_at' in result)) return [];
    const at = typeof result.merged_at === 'string' ? Date.parse(result.merged_at) : Number.NaN;
    if (Number.isNaN(at)) return [];
    const by =
      'merged_by' in result && typeof result.merged_by === 'string' ? result.merged_by : 'the owners';
    const url = 'url' in result && typeof result.url === 'string' ? ` ${result.url}` : '';
    return [{ line: `${isoTime(at)} merged by ${by}:${url}`, seq: fact.seq, at }];
  });
}

function carriedOut(record: EvidenceRecord): Part {
  const owners = new Map<string, number>();
  for (const fact of record.facts) {
    if (fact.kind !== 'effect.intended') continue;
    const { host } = fact.data.owner;
    const name = host.split('/')[0] ?? host;
    if (!owners.has(name)) owners.set(name, fact.seq);
  }
  const { engine, requester } = record.state.opened;
  return {
    answer:
      owners.size === 0
        ? ['Nobody: nothing was sent.']
        : [`Sluice ${engine} for ${requester.id}, on ${[...owners.keys()].join(', ')}`],
    answered: true,
    from: [...owners.values()],
  };
}

function tested(record: EvidenceRecord): Part {
  const first = firstInProduction(record);
  const from: number[] = [];
  const answer: string[] = [];
  for (const fact of record.facts) {
    if (fact.kind !== 'step.settled') continue;
    const step = record.state.opened.flow.steps.find(({ id }) => id === fact.step);
    if (step?.kind !== 'gate' && step?.kind !== 'start') continue;
    const late = first !== undefined && fact.seq > (first.from[0] ?? 0) ? ' AFTER production' : '';
    answer.push(
      `${isoTime(fact.at)} ${step.title ?? step.id}: ${fact.data.status}${fact.data.adopted === true ? ' (before this run)' : ''}${late}. ${oneLine(fact.data.cause)}`,
    );
    from.push(fact.seq);
  }
  if (answer.length === 0) answer.push('The journal names no test and no gate.');
  return { answer, answered: from.length > 0, from };
}

export interface OrderCheck {
  /** The step that reached production. */
  step: string;
  effect: string;
  approvedAt: string | null;
  effectAt: string;
  holds: boolean;
}

/** For each effect in production that an approval covers: whether the last one came first. */
export function approvalOrder(record: EvidenceRecord): OrderCheck[] {
  const { flow } = record.state.opened;
  return effectsOf(record)
    .filter(({ environment, intendedAt }) => environment === 'production' && intendedAt !== null)
    .flatMap(({ step, effect, intendedAt, from }) => {
      const approvals = approvalsOver(flow, step.id);
      if (approvals.length === 0) return [];
      const given = record.facts.filter(
        (fact) =>
          (fact.kind === 'approval.given' ||
            fact.kind === 'approval.witnessed' ||
            fact.kind === 'run.broke_glass') &&
          fact.seq < (from[0] ?? 0) &&
          approvals.some(({ id }) =>
            fact.kind === 'run.broke_glass'
              ? fact.data.what === id
              : fact.step === id && fact.data.plan_hash === stepState(record.state, id).asked?.planHash,
          ),
      );
      const last = given.at(-1);
      const skipped = approvals.every(({ id }) => stepState(record.state, id).status === 'skipped');
      return [
        {
          step: step.id,
          effect: effect.key,
          approvedAt: last === undefined ? null : isoTime(last.at),
          effectAt: intendedAt ?? '',
          holds: skipped || (last !== undefined && last.at <= Date.parse(intendedAt ?? '')),
        },
      ];
    });
}

function inOrder(record: EvidenceRecord): Part {
  const first = firstInProduction(record);
  if (first === undefined)
    return { answer: ['Nothing of this run has reached production.'], answered: true, from: [] };
  const checks = approvalOrder(record);
  const merges = mergesOf(record);
  if (checks.length === 0 && merges.length > 0) {
    return {
      answer: merges.map(({ line }) => `Production changed with the merge: ${line}`),
      answered: true,
      from: merges.map(({ seq }) => seq),
    };
  }
  return {
    answer:
      checks.length === 0
        ? ['What reached production stands behind no approval of this flow.']
        : checks.map(
            ({ step, approvedAt, effectAt, holds }) =>
              `${holds ? 'Yes' : 'NO'}: ${step} was approved at ${approvedAt ?? 'no time'} and began at ${effectAt}`,
          ),
    answered: checks.length > 0 && checks.every(({ holds }) => holds),
    from: first.from,
  };
}

function version(record: EvidenceRecord): Part {
  const artifacts = artifactsOf(record);
  const { flow_hash, flow } = record.state.opened;
  return {
    answer: [
      ...artifacts.map(({ name, digest, step }) =>
        'sha256' in digest
          ? `${name}@sha256:${digest.sha256} (${step})`
          : `${name} at commit ${digest.gitCommit} (${step})`,
      ),
      ...(artifacts.length === 0 ? ['No result names an artifact by digest.'] : []),
      `flow ${flow.flow} ${flow_hash}`,
    ],
    answered: artifacts.length > 0,
    from: artifacts.flatMap(({ step }) => seqOfResult(record, step)),
  };
}

function wayBack(record: EvidenceRecord): Part {
  const { rollbackPlan, rollback } = record.state;
  const planned = record.facts.filter((fact) => fact.kind === 'rollback.planned').map(({ seq }) => seq);
  const undo = effectsOf(record).map(({ step }) => {
    const how =
      step.undo === undefined
        ? 'no undo'
        : 'uses' in step.undo
          ? `undone by ${step.undo.uses}`
          : step.undo.none;
    return `${step.id}: ${how}`;
  });
  return {
    answer: [
      ...(rollbackPlan === null
        ? []
        : [`A rollback plan stood at ${isoTime(rollbackPlan.at)}, in entry ${planned.at(-1)}`]),
      ...new Set(undo),
      ...(rollback === null
        ? []
        : [
            `Rolled back by ${rollback.by.id} at ${isoTime(rollback.at)}: ${oneLine(rollback.reason)} (${rollback.releaseId})`,
          ]),
      ...(rollbackPlan === null && undo.length === 0
        ? ['Nothing was changed, so nothing is to be taken back.']
        : []),
    ],
    answered: rollbackPlan !== null || firstInProduction(record) === undefined,
    from: planned,
  };
}

function ending(record: EvidenceRecord): Part {
  const { state, entries, row } = record;
  const failed = [...state.steps.values()].filter(({ status }) => status === 'failed');
  return {
    answer: [
      state.closed === null ? 'It has not ended.' : `${state.closed.state}: ${oneLine(state.closed.cause)}`,
      ...failed.map(({ id, cause }) => `${id} failed: ${oneLine(cause)}`),
      `${entries.length} entries in one chain, head ${row.headHash}`,
    ],
    answered: state.closed !== null,
    from: [entries.length],
  };
}

function firstInProduction(record: EvidenceRecord): DoneEffect | undefined {
  return effectsOf(record).find(
    ({ environment, intendedAt }) => environment === 'production' && intendedAt !== null,
  );
}

function seqOfResult({ facts }: EvidenceRecord, step: string): number[] {
  const fact = facts.findLast((known) => known.kind === 'step.settled' && known.step === step);
  return fact === undefined ? [] : [fact.seq];
}

function short(hash: string): string {
  return hash.slice(0, 16);
}
