import { z } from 'zod';
import { formatDuration } from '../../../src/kit/duration.ts';
import { oneLine } from '../../../src/kit/text.ts';
import { Name, Namespace } from '../inputs.ts';
import { POLICY, type Policy, type VolatileRule } from '../resources/policy.ts';
import { isoOf } from '../resources/timing.ts';
import { plural } from '../snapshots/words.ts';
import { defineTool } from '../tool.ts';

const Exception = z.object({
  source: z.string(),
  rule: z.string(),
  effect: z.enum(['exclude', 'include']),
  state: z.enum(['active', 'not_yet', 'ended']),
  from: z.string().nullable(),
  until: z.string().nullable(),
  ends: z.string().meta({ description: 'In words.' }),
  image: z.string().optional().meta({ description: 'Only for this image.' }),
  reference: z.string().optional(),
});
type Exception = z.output<typeof Exception>;

const Source = z.object({
  name: z.string(),
  policy: z.array(z.string()),
  data: z.array(z.string()),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  rule_data_keys: z.array(z.string()),
});

const get = defineTool({
  name: 'konflux_policy_get',
  title: 'Get a Conforma policy',
  description: `
An EnterpriseContractPolicy (Conforma): its sources, the rules included and excluded, and the exceptions that hold for a
time only, each with when it ends. It usually lives in the managed namespace that a release plan targets; an admission
names it. For what a check said see konflux_policy_report.`,
  effect: 'read',
  input: z.object({ name: Name, namespace: Namespace }),
  output: z.object({
    namespace: z.string(),
    name: z.string(),
    archived: z.boolean(),
    description: z.string(),
    public_key: z.string().nullable(),
    rekor_url: z.string().nullable(),
    identity: z
      .object({ issuer: z.string().nullable(), subject: z.string().nullable() })
      .nullable()
      .meta({ description: 'Of keyless signatures; patterns stand between slashes.' }),
    include: z.array(z.string()),
    exclude: z.array(z.string()),
    collections: z.array(z.string()),
    sources: z.array(Source),
    exceptions: z
      .array(Exception)
      .meta({ description: 'Volatile configuration; what ends next comes first.' }),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ name, namespace: given }, { client, signal, now }) => {
    const namespace = await client.cluster.namespace(given);
    const { object, archived } = await client.get(POLICY, name, { namespace, signal });
    const { spec } = object;
    const exceptions = exceptionsOf(object, now);
    return {
      namespace,
      name,
      archived,
      description: oneLine(spec.description ?? '', 300),
      public_key: oneLine(spec.publicKey ?? '', 120) || null,
      rekor_url: spec.rekorUrl ?? null,
      identity: identityOf(spec.identity),
      include: (spec.configuration?.include ?? []).slice(0, MOST.rules),
      exclude: (spec.configuration?.exclude ?? []).slice(0, MOST.rules),
      collections: spec.configuration?.collections ?? [],
      sources: spec.sources.slice(0, MOST.sources).map(sourceOf),
      exceptions: exceptions.slice(0, MOST.exceptions),
      truncated:
        exceptions.length > MOST.exceptions ||
        spec.sources.length > MOST.sources ||
        [spec.configuration, ...spec.sources.map(({ config }) => config)].some(
          (config) =>
            (config?.include.length ?? 0) > MOST.rules || (config?.exclude.length ?? 0) > MOST.rules,
        ),
      summary: summaryOf(object, exceptions),
    };
  },
});

const MOST = { rules: 25, sources: 6, exceptions: 20 };
const RANK = ['active', 'not_yet', 'ended'];

function sourceOf(source: Policy['spec']['sources'][number]): z.output<typeof Source> {
  const { name, policy, data, config, ruleData } = source;
  const keys = z.record(z.string(), z.unknown()).safeParse(ruleData).data ?? {};
  return {
    name,
    policy,
    data,
    include: (config?.include ?? []).slice(0, MOST.rules),
    exclude: (config?.exclude ?? []).slice(0, MOST.rules),
    rule_data_keys: Object.keys(keys).slice(0, MOST.rules),
  };
}

function identityOf(identity: Policy['spec']['identity']) {
  if (identity === undefined) return null;
  const { issuer, issuerRegExp, subject, subjectRegExp } = identity;
  const pattern = (text: string | undefined) => (text ? `/${text}/` : null);
  return { issuer: issuer || pattern(issuerRegExp), subject: subject || pattern(subjectRegExp) };
}

/** Those that hold come first, by when they end; those without an end last. */
export function exceptionsOf({ spec }: Policy, now: number): Exception[] {
  return spec.sources
    .flatMap(({ name, volatileConfig }) => [
      ...(volatileConfig?.exclude ?? []).map((rule) => exceptionOf(name, 'exclude', rule, now)),
      ...(volatileConfig?.include ?? []).map((rule) => exceptionOf(name, 'include', rule, now)),
    ])
    .sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state) || endOf(a) - endOf(b));
}

function endOf({ until }: Exception): number {
  return until === null ? Number.MAX_SAFE_INTEGER : Date.parse(until);
}

function exceptionOf(
  source: string,
  effect: Exception['effect'],
  rule: VolatileRule,
  now: number,
): Exception {
  const from = Date.parse(rule.effectiveOn ?? '');
  const until = Date.parse(rule.effectiveUntil ?? '');
  const state = until <= now ? 'ended' : from > now ? 'not_yet' : 'active';
  const image = rule.imageUrl ?? rule.imageDigest ?? rule.imageRef;
  return {
    source,
    rule: rule.value,
    effect,
    state,
    from: isoOf(rule.effectiveOn),
    until: isoOf(rule.effectiveUntil),
    ends: endsText(state, from, until, now),
    ...(image === undefined ? {} : { image }),
    ...(rule.reference === undefined ? {} : { reference: oneLine(rule.reference, 200) }),
  };
}

function endsText(state: Exception['state'], from: number, until: number, now: number): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  if (state === 'ended') return `This exception ended on ${day(until)}.`;
  const begin = state === 'not_yet' ? `This exception begins on ${day(from)}` : 'This exception';
  if (Number.isNaN(until)) return state === 'not_yet' ? `${begin} and has no end.` : `${begin} has no end.`;
  const end = `ends on ${day(until)}, in ${formatDuration(until - now)}`;
  return state === 'not_yet' ? `${begin} and ${end}.` : `${begin} ${end}.`;
}

function summaryOf({ metadata, spec }: Policy, exceptions: readonly Exception[]): string {
  const active = exceptions.filter(({ state }) => state === 'active');
  const next = active.find(({ until }) => until !== null);
  const excluded = [spec.configuration, ...spec.sources.map(({ config }) => config)].reduce(
    (sum, config) => sum + (config?.exclude.length ?? 0),
    0,
  );
  return [
    `${metadata.name} takes rules from ${plural(spec.sources.length, 'source')} and excludes ${excluded} for good.`,
    active.length === 0
      ? 'No exception for a time holds now.'
      : `Exceptions for a time that hold now: ${active.length}.`,
    ...(next === undefined ? [] : [`Next to end: ${next.rule} on ${(next.until ?? '').slice(0, 10)}.`]),
  ].join(' ');
}

export const policyTools = [get];
