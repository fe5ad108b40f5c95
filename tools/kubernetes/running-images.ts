import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { byUrgency } from './deployment-list.ts';
import type { Place } from './environments.ts';
import { type ContainerImages, containerImages, repositoryOf } from './images.ts';
import { podsOf } from './owned.ts';
import { allOf, demandNamespace } from './read.ts';
import { DEPLOYMENT, type Deployment } from './resources/deployment.ts';
import { POD } from './resources/pod.ts';
import { rolloutOf } from './rollout.ts';
import { defineTool, Name, PLACE_INPUT, PLACE_OUTPUT, placeName, placeOutput } from './tool.ts';
import { many } from './words.ts';

const ContainerRow = z.object({
  deployment: z.string(),
  container: z.string(),
  spec_image: z.string().meta({ description: 'As the template names it.' }),
  running: z.array(
    z.object({
      digest: z.string().nullable().meta({ description: 'Of what really runs.' }),
      image: z.string().meta({ description: 'As the pods name it.' }),
      pods: z.array(z.string()),
      pods_total: z.int(),
    }),
  ),
  not_running: z.int().meta({ description: 'Pods in which it does not run now.' }),
  all_running: z.boolean(),
  why: z.string(),
});

const Input = z.object({
  ...PLACE_INPUT,
  deployment: Name.optional(),
  image: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'A pull spec; only containers of its repository count.' }),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional()
    .meta({ description: 'What they have to run. Needs image, or deployment.' }),
  limit: z.int().min(1).max(50).default(15),
});
type Input = z.output<typeof Input>;

const PODS_NAMED = 3;

export const runningImages = defineTool({
  name: 'kubernetes_running_images',
  title: 'Images that run',
  description: `
What the pods really run, by digest, against what the templates of their Deployments name, per container; where pods of
one Deployment run different images, it says so. all_running holds when every wanted replica runs what the template
names (and the digest asked for), nothing else runs and every rollout is done. live is what appinterface_compare_live takes.`,
  effect: 'read',
  input: Input,
  output: z.object({
    ...PLACE_OUTPUT,
    all_running: z.boolean().meta({ description: 'For gates. False also where there is nothing to run.' }),
    disagreeing: z.array(z.string()).meta({ description: 'deployment/container whose pods differ.' }),
    total: z.int(),
    truncated: z.boolean(),
    containers: z.array(ContainerRow),
    live: z.object({
      deployments: z.array(z.object({ name: z.string(), namespace: z.string(), image: z.string() })),
      rollouts_running: z.boolean(),
    }),
    summary: z.string(),
  }),
  run: async (input, { client, signal }) => {
    if (input.digest !== undefined && input.image === undefined && input.deployment === undefined) {
      throw new SluiceError('invalid_input', {
        cause: 'digest alone would have to be the digest of every container.',
        remedy: 'Give the image that it belongs to, or a deployment.',
      });
    }
    const place = await client.place(input);
    const deployments = await deploymentsFor(place, input, signal);
    const pods = await allOf(place, POD, signal);
    const seen = deployments.flatMap((deployment) =>
      containerImages(deployment, podsOf(deployment, pods), input.digest)
        .filter(({ specImage }) => concerns(input, specImage))
        .map((images) => ({ deployment, images })),
    );
    const open = deployments.filter(
      (one) => seen.some(({ deployment }) => deployment === one) && rolloutOf(one).state !== 'done',
    );
    // Stopped ones do not spoil the rest; where all are stopped, nothing runs.
    const counted = seen.filter(({ deployment }) => deployment.spec.replicas > 0);
    const allRunning =
      counted.length > 0 && counted.every(({ images }) => images.allRunning) && open.length === 0;
    const unwell = counted.filter(({ images }) => !images.allRunning);
    const rows = [...unwell, ...seen.filter((one) => !unwell.includes(one))]
      .slice(0, input.limit)
      .map(({ deployment, images }) => containerRow(deployment, images));
    return {
      ...placeOutput(place),
      all_running: allRunning,
      disagreeing: seen
        .filter(({ images }) => images.running.length > 1)
        .map(({ deployment, images }) => `${deployment.metadata.name}/${images.container}`),
      total: seen.length,
      truncated: rows.length < seen.length,
      containers: rows,
      live: {
        deployments: seen.flatMap(({ deployment, images }) => liveOf(place, deployment, images)),
        rollouts_running: open.some((one) => rolloutOf(one).state === 'progressing'),
      },
      summary: summaryOf(place, input, { seen: seen.length, unwell, open, allRunning }),
    };
  },
});

async function deploymentsFor(
  place: Place,
  { deployment }: Input,
  signal: AbortSignal | undefined,
): Promise<Deployment[]> {
  const where = { namespace: place.namespace, signal };
  if (deployment !== undefined) return [await place.cluster.get(DEPLOYMENT, deployment, where)];
  const all = await allOf(place, DEPLOYMENT, signal);
  if (all.length === 0) await demandNamespace(place, signal);
  return byUrgency(all);
}

function concerns({ image }: Input, specImage: string): boolean {
  return image === undefined || repositoryOf(specImage) === repositoryOf(image);
}

function containerRow({ metadata }: Deployment, images: ContainerImages): z.output<typeof ContainerRow> {
  return {
    deployment: metadata.name,
    container: images.container,
    spec_image: images.specImage,
    running: images.running.map(({ digest, image, pods }) => ({
      digest: digest ?? null,
      image,
      pods: pods.slice(0, PODS_NAMED),
      pods_total: pods.length,
    })),
    not_running: images.notRunning.length,
    all_running: images.allRunning,
    why: images.why,
  };
}

/** As the pods name it: a tag names the commit. */
function liveOf(
  { namespace }: Place,
  { metadata, spec }: Deployment,
  { running }: ContainerImages,
): { name: string; namespace: string; image: string }[] {
  const { name } = metadata;
  if (spec.replicas === 0) return [];
  return running.map(({ image }) => ({ name, namespace, image }));
}

function summaryOf(
  place: Place,
  { deployment, image, digest }: Input,
  found: {
    seen: number;
    unwell: readonly { deployment: Deployment; images: ContainerImages }[];
    open: readonly Deployment[];
    allRunning: boolean;
  },
): string {
  const where = `${deployment === undefined ? '' : `${deployment} `}in ${placeName(place)}`;
  const of = image === undefined ? '' : ` of ${repositoryOf(image)}`;
  if (found.seen === 0) return `No container${of} ${where}.`;
  const what = digest === undefined ? 'what their templates name' : digest;
  if (found.allRunning) return `${many(found.seen, 'container')}${of} ${where}: every pod runs ${what}.`;
  const named = found.unwell
    .slice(0, 3)
    .map((one) => `${one.deployment.metadata.name}/${one.images.container}: ${one.images.why}`);
  const rollouts = found.open
    .filter((one) => !found.unwell.some(({ deployment: other }) => other === one))
    .slice(0, 2)
    .map((one) => `${one.metadata.name}: ${rolloutOf(one).why}`);
  const reasons = [...named, ...rollouts].join('; ') || 'all of them are scaled to 0';
  return `Not all of ${many(found.seen, 'container')}${of} ${where} run ${what}. ${reasons}.`;
}
