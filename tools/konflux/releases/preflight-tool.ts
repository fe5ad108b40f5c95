import { z } from 'zod';
import { Name, Namespace } from '../inputs.ts';
import { call, defineTool } from '../tool.ts';
import { gather } from './gather.ts';
import { CHECKS, type Check, holding, plainly, preflight } from './preflight.ts';

export const CheckView = z.object({
  name: z.enum(CHECKS),
  state: z.enum(['pass', 'fail', 'unknown']),
  detail: z.string(),
});

export function checkViews(checks: readonly Check[]): z.output<typeof CheckView>[] {
  return checks.map(({ name, state, detail }) => ({ name, state, detail }));
}

export const preflightRelease = defineTool({
  name: 'konflux_release_preflight',
  title: 'Check before a release',
  description: `
Whether a Release of this snapshot by this plan would be taken, and should be made: both exist and belong together, one
admission takes the plan and does not block, the tests passed, no other Release does it already, every image has its
digest. Creates nothing. Call it before konflux_release_create.`,
  effect: 'read',
  input: z.object({ release_plan: Name, snapshot: Name, namespace: Namespace }),
  output: z.object({
    namespace: z.string(),
    release_plan: z.string(),
    snapshot: z.string(),
    verdict: z.enum(['pass', 'fail', 'unknown']),
    ready: z.boolean().meta({
      description:
        'Nothing fails, and what is unknown of an admission that may not be read is vouched for by the plan.',
    }),
    checks: z.array(CheckView),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ release_plan, snapshot, ...input }, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const facts = await gather(client, { namespace, plan: release_plan, snapshot }, signal);
    const { checks, verdict, ready } = preflight(facts);
    return {
      namespace,
      release_plan,
      snapshot,
      verdict,
      ready,
      checks: checkViews(checks),
      summary: summaryOf(checks, ready, `${snapshot} by ${release_plan}`),
      ...(ready ? { next: call('konflux_release_create', { release_plan, snapshot, namespace }) } : {}),
    };
  },
});

function summaryOf(checks: readonly Check[], ready: boolean, what: string): string {
  const unseen = checks.filter(({ state }) => state === 'unknown').map(({ name }) => name);
  if (ready)
    return `${what} can be released: nothing speaks against it${unseen.length === 0 ? '' : `, though ${unseen.join(' and ')} cannot be seen and rest on what the plan says`}.`;
  const against = plainly(holding(checks));
  return `${what} cannot be released: ${against.map(({ detail }) => detail).join(' ')}`;
}
