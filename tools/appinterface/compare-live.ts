import { z } from 'zod';
import { defineTool, Product } from './define.ts';
import { candidateOf, demandEnvironment, environmentsOf, type Side, sideOf } from './environments.ts';
import type { LiveState } from './saas/live.ts';
import { judgePromotion, words } from './saas/promote.ts';

const STATES = [
  'in_sync',
  'follows_branch',
  'rolling_out',
  'drift',
  'differs',
  'unknown',
  'nothing_live',
] as const satisfies readonly LiveState[];

const Live = z.object({
  deployments: z
    .array(
      z.object({ name: z.string().max(253), namespace: z.string().max(253), image: z.string().max(1000) }),
    )
    .max(500),
  rollouts_running: z.boolean().optional().meta({
    description: 'Whether a deploy pipeline or a rollout runs now; left away: not known.',
  }),
});

const input = z.object({
  product: Product,
  environment: z.string().min(1).max(64).optional().meta({ description: 'Compare this one alone.' }),
  live: Live.meta({ description: 'What runs, as the kubernetes tools answer it.' }),
  digests: z.record(z.string(), z.string()).default({}).meta({
    description: 'Tag → digest, as the quay tools answer it, for images that name a digest alone.',
  }),
});

const EnvironmentRow = z.object({
  environment: z.string(),
  target: z.string(),
  namespace: z.string().nullable(),
  declared: z.string(),
  state: z.enum(STATES),
  because: z.string(),
  live_sha: z.string().nullable().meta({ description: 'The commit, or its beginning, that all of it runs.' }),
  deployments: z.array(
    z.object({
      name: z.string(),
      image: z.string(),
      sha: z.string().nullable(),
      matches: z.boolean().nullable(),
      why: z.string().nullable(),
    }),
  ),
  more_deployments: z.int(),
});

const PromotionRow = z.object({
  from: z.string(),
  to: z.string(),
  verdict: z.enum(['ready_to_promote', 'nothing_to_promote', 'blocked']),
  commit: z.string().nullable(),
  replaces: z.string(),
  blockers: z.array(z.string()),
  warnings: z.array(z.string()),
});

const SHOWN = 10;

export const compareLiveTool = defineTool({
  name: 'appinterface_compare_live',
  title: 'Compare declared and live',
  description: `
Per environment the declared ref against the images that run (given as live): in sync, rolling out, drift, or not known.
Then whether what runs in one environment may be promoted to the next (ready_to_promote, nothing_to_promote, blocked with
the blockers), and the exact next command. Tags are compared as beginnings of the commit, digests through digests.`,
  effect: 'read',
  input,
  output: z.object({
    product: z.string(),
    commit: z.string(),
    environments: z.array(EnvironmentRow),
    promotions: z.array(PromotionRow),
    ready_to_promote: z.boolean(),
    blockers: z.array(z.string()),
    warnings: z.array(z.string()),
    summary: z.string(),
    next: z.string().meta({ description: 'The command to run next, or what to wait for.' }),
    next_call: z.object({ tool: z.string(), input: z.record(z.string(), z.unknown()) }).nullable(),
  }),
  run: async ({ product, environment, live, digests }, { client, signal }) => {
    const settings = client.product(product);
    const read = await client.read(settings.file, await client.head(signal), signal);
    const environments = environmentsOf(settings);
    const chosen =
      environment === undefined ? Object.keys(environments) : [demandEnvironment(environments, environment)];
    const sides = new Map<string, Side>();
    for (const [name, place] of Object.entries(environments)) {
      const goal = place.promotes_to;
      const near = chosen.some(
        (one) => one === name || one === goal || environments[one]?.promotes_to === name,
      );
      if (near) sides.set(name, sideOf(client, read, product, name, place, { live, digests }));
    }
    const rows: z.input<typeof PromotionRow>[] = [];
    for (const [name, { promotes_to: goal }] of Object.entries(environments)) {
      const [from, to] = [sides.get(name), goal === undefined ? undefined : sides.get(goal)];
      if (from === undefined || to === undefined || !chosen.some((one) => one === name || one === goal))
        continue;
      const candidate = await candidateOf(client, settings, from, to, signal);
      const { verdict, blockers, warnings } = judgePromotion(from, to, candidate);
      const ready = verdict === 'ready_to_promote';
      rows.push({
        from: name,
        to: to.environment,
        verdict,
        commit: ready ? (candidate.commit ?? null) : (from.live.sha ?? null),
        replaces: to.declared,
        blockers,
        warnings,
      });
    }
    const shown = chosen.flatMap((name) => sides.get(name) ?? []);
    const next = nextOf(product, rows, shown, sides);
    return {
      product,
      commit: read.commit,
      environments: shown.map(rowOf),
      promotions: rows,
      ready_to_promote: rows.some(({ verdict }) => verdict === 'ready_to_promote'),
      blockers: [...new Set(rows.flatMap(({ blockers }) => blockers))],
      warnings: [...new Set([...rows.flatMap(({ warnings }) => warnings), ...disabledWarnings(shown)])],
      summary: `${shown.map(({ environment: name, live: { state } }) => `${name} is ${words(state)}`).join(', ')}${rows
        .map(({ from, to, verdict }) => `; ${from} → ${to}: ${verdict.replaceAll('_', ' ')}`)
        .join('')}.`,
      ...next,
    };
  },
});

function nextOf(
  product: string,
  rows: readonly z.input<typeof PromotionRow>[],
  shown: readonly Side[],
  sides: ReadonlyMap<string, Side>,
): { next: string; next_call: { tool: string; input: Record<string, unknown> } | null } {
  const ready = rows.find(({ verdict }) => verdict === 'ready_to_promote');
  const goal = ready === undefined ? undefined : sides.get(ready.to);
  if (ready?.commit != null && goal !== undefined) {
    const key = `${product}-${ready.commit.slice(0, 12)}`;
    const call = {
      product,
      targets: [goal.label],
      ref: ready.commit,
      expected_ref: goal.declared,
      branch: `release-${key}`,
      release_key: key,
    };
    return {
      next: `sluice call appinterface_update_ref '${JSON.stringify(call)}'`,
      next_call: { tool: 'appinterface_update_ref', input: call },
    };
  }
  const wait = shown.find(({ live }) => live.state === 'rolling_out');
  if (wait !== undefined) return said(`Wait until ${wait.environment} has rolled out, then compare again.`);
  const blocked = rows.find(({ verdict }) => verdict === 'blocked');
  if (blocked !== undefined)
    return said(`Remove the blockers of ${blocked.from} → ${blocked.to}, then compare again.`);
  const odd = shown.find(({ live }) => !['in_sync', 'follows_branch'].includes(live.state));
  if (odd !== undefined) return said(`Find out why ${odd.environment} is ${words(odd.live.state)}.`);
  return said('Nothing to do.');
}

function said(next: string) {
  return { next, next_call: null };
}

function rowOf({ environment, label, namespace, declared, live }: Side): z.input<typeof EnvironmentRow> {
  return {
    environment,
    target: label,
    namespace: namespace ?? null,
    declared,
    state: live.state,
    because: live.because,
    live_sha: live.sha ?? null,
    deployments: live.parts.slice(0, SHOWN).map(({ name, image, sha, matches, why }) => ({
      name,
      image,
      sha: sha ?? null,
      matches,
      why: why ?? null,
    })),
    more_deployments: Math.max(0, live.parts.length - SHOWN),
  };
}

function disabledWarnings(sides: readonly Side[]): string[] {
  return sides.flatMap(({ environment, target }) =>
    target.disabled ? [`The target of ${environment} is disabled.`] : [],
  );
}
