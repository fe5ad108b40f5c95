import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { adviceFor } from './advice.ts';
import type { Place } from './environments.ts';
import { podsOf } from './owned.ts';
import { POD_STATES, type PodState } from './pod-health.ts';
import { type JudgedPod, judgePods, PodRow, podRow, podText } from './pod-row.ts';
import { demandNamespace } from './read.ts';
import { DEPLOYMENT } from './resources/deployment.ts';
import { POD, type Pod } from './resources/pod.ts';
import { defineTool, Name, PLACE_INPUT, PLACE_OUTPUT, placeName, placeOutput } from './tool.ts';
import { countBy, countsText, many } from './words.ts';

const Input = z.object({
  ...PLACE_INPUT,
  deployment: Name.optional().meta({ description: 'Those of this Deployment alone.' }),
  labels: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'A label selector, e.g. app=demo,tier in (web,api).' }),
  state: z.enum(POD_STATES).optional(),
  limit: z.int().min(1).max(50).default(20),
});
type Input = z.output<typeof Input>;

export const listPods = defineTool({
  name: 'kubernetes_pod_list',
  title: 'List pods',
  description: `
The pods of an environment, the worst first: failing (cannot be pulled or made, crashes, killed for memory), not ready,
pending, terminating, healthy, completed; each with the reason, restarts, how it last ended, age and owner. Counts are of
all that fit deployment and labels. For the log of one: kubernetes_logs; for a whole namespace: kubernetes_namespace_summary.`,
  effect: 'read',
  input: Input,
  output: z.object({
    ...PLACE_OUTPUT,
    counts: z.record(z.enum(POD_STATES), z.int()),
    total: z.int().meta({ description: 'How many fit the state too.' }),
    truncated: z.boolean(),
    pods: z.array(PodRow),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async (input, { client, now, signal }) => {
    const place = await client.place(input);
    const judged = judgePods(await podsFor(place, input, signal), now);
    const wanted = judged.filter(({ health }) => input.state === undefined || health.state === input.state);
    const rows = wanted.slice(0, input.limit).map((one) => podRow(one, now));
    const next = adviceFor(place, wanted);
    return {
      ...placeOutput(place),
      counts: countBy(POD_STATES, judged.map(stateOf)),
      total: wanted.length,
      truncated: rows.length < wanted.length,
      pods: rows,
      summary: podsText(
        judged,
        `${input.deployment === undefined ? '' : ` of ${input.deployment}`} in ${placeName(place)}`,
      ),
      ...(next === undefined ? {} : { next }),
    };
  },
});

async function podsFor(
  place: Place,
  { deployment, labels }: Input,
  signal: AbortSignal | undefined,
): Promise<Pod[]> {
  const where = { namespace: place.namespace, signal };
  const [kept, { items }] = await Promise.all([
    deployment === undefined ? undefined : place.cluster.get(DEPLOYMENT, deployment, where),
    place.cluster.all(POD, { ...where, labels }).catch((error: unknown) => {
      throw unreadable(error, labels);
    }),
  ]);
  if (items.length === 0 && kept === undefined) await demandNamespace(place, signal);
  return kept === undefined ? items : podsOf(kept, items);
}

function unreadable(error: unknown, labels: string | undefined): unknown {
  if (labels === undefined || !(error instanceof SluiceError) || error.status !== 400) return error;
  return new SluiceError('invalid_input', {
    cause: `labels is no label selector: ${error.message}`,
    remedy: 'Write it as a=b, a!=b, a in (b,c), a notin (b,c), a or !a; commas join them.',
    status: 400,
  });
}

function stateOf({ health }: JudgedPod): PodState {
  return health.state;
}

const NAMED = 3;

/** `5 pods in stage (demo-stage): 2 failing, 1 healthy. demo-ui-zz8wd: ImagePullBackOff; …` */
export function podsText(judged: readonly JudgedPod[], where: string): string {
  if (judged.length === 0) return `There are no pods${where}.`;
  const counts = countsText(POD_STATES, countBy(POD_STATES, judged.map(stateOf)));
  const unwell = judged.filter(({ health }) => health.state === 'failing' || health.state === 'not_ready');
  const named = unwell.slice(0, NAMED).map(podText).join('; ');
  const more = unwell.length > NAMED ? ` and ${unwell.length - NAMED} more` : '';
  return `${many(judged.length, 'pod')}${where}: ${counts}.${named === '' ? '' : ` ${named}${more}.`}`;
}
