import { z } from 'zod';
import { NotYet, SluiceError } from '../../../src/kit/errors.ts';
import { type ResourceType, resource } from '../../kubernetes/client.ts';
import { ANNOTATION, LABEL, V1ALPHA1 } from '../resources/common.ts';
import { ComponentSchema } from '../resources/component.ts';
import { isOver, type PipelineRun, runStateOf } from '../resources/pipeline-run.ts';
import { isNewer, isPullRequest } from './runs.ts';

/** A component with what its controller takes orders from. */
const BuildableSchema = ComponentSchema.extend({
  spec: ComponentSchema.shape.spec.extend({
    actions: z
      .object({
        'trigger-push-build': z.string().optional(),
        'trigger-push-builds': z.array(z.string()).optional(),
      })
      .optional(),
  }),
});
export type Buildable = z.output<typeof BuildableSchema>;

export const BUILDABLE: ResourceType<Buildable> = resource(
  V1ALPHA1,
  'components',
  'Component',
  BuildableSchema,
);

const TRIGGER = 'trigger-pac-build';

export interface Request {
  /** The merge patch that asks for a build. */
  patch: object;
  /** Of the newer model: which of its versions. */
  version: string | undefined;
  /** The branch that is built; undefined where the component leaves it to the repository. */
  branch: string | undefined;
}

/** How this component is asked for a build: by its annotation, or by an action where it has versions. */
export function requestFor(component: Buildable, wanted: string | undefined): Request {
  const { name } = component.metadata;
  const { versions, git } = component.spec.source;
  if (versions.length === 0) {
    if (wanted !== undefined) {
      throw new SluiceError('invalid_input', {
        cause: `${name} has no versions.`,
        remedy: 'Leave out `version`: its one branch is built.',
      });
    }
    demandPipelines(component);
    const patch = { metadata: { annotations: { [ANNOTATION.buildRequest]: TRIGGER } } };
    return { patch, version: undefined, branch: git?.revision };
  }
  const names = versions.map((version) => version.name);
  const version =
    wanted === undefined && versions.length === 1 ? versions[0] : versions.find((one) => one.name === wanted);
  if (version === undefined) {
    throw new SluiceError('invalid_input', {
      cause:
        wanted === undefined
          ? `${name} has ${versions.length} versions, and none was named.`
          : `${name} has no version ${JSON.stringify(wanted)}.`,
      remedy: `Give \`version\`, one of: ${names.join(', ')}.`,
    });
  }
  const patch = { spec: { actions: { 'trigger-push-build': version.name } } };
  return { patch, version: version.name, branch: version.revision };
}

/** Whether the controller has not taken the request up yet. Another one that is pending would be overwritten. */
export function isRequested(component: Buildable, { version }: Request): boolean {
  const { name, annotations } = component.metadata;
  const pending =
    version === undefined
      ? annotations[ANNOTATION.buildRequest]
      : component.spec.actions?.['trigger-push-build'];
  if (version !== undefined && component.spec.actions?.['trigger-push-builds']?.includes(version) === true)
    return true;
  if (pending === undefined || pending === '') return false;
  if (pending === (version ?? TRIGGER)) return true;
  throw new NotYet(
    `${name} has another request that its controller has not taken up yet: ${JSON.stringify(pending)}.`,
    { remedy: 'Try again in a minute; if it stays, look at the build service.', lookAgainSeconds: 60 },
  );
}

const Status = z.object({ pac: z.object({ state: z.string().default('') }).optional() });

/** The build service writes what came of the last request; a component that it does not build cannot be asked. */
function demandPipelines({ metadata: { name, annotations } }: Buildable): void {
  let status: unknown;
  try {
    status = JSON.parse(annotations[ANNOTATION.buildStatus] ?? '{}');
  } catch {
    return;
  }
  if (Status.safeParse(status).data?.pac?.state !== 'disabled') return;
  throw new SluiceError('precondition', {
    cause: `${name} has no build pipeline: Pipelines as Code is disabled for it.`,
    remedy: 'Configure its pipeline first (request configure-pac); nothing was changed.',
  });
}

/** Builds of what would be built: pull requests and other branches are none. Newest first, as given. */
export function buildsOf(runs: readonly PipelineRun[], { branch }: Request): PipelineRun[] {
  return runs.filter((run) => {
    const built = branchOf(run);
    return !isPullRequest(run) && (branch === undefined || built === undefined || built === branch);
  });
}

const BRANCH = ['build.appstudio.redhat.com/target_branch', 'pipelinesascode.tekton.dev/branch'];

function branchOf({ metadata: { annotations, labels } }: PipelineRun): string | undefined {
  const [said] = BRANCH.flatMap((key) => annotations[key] ?? labels[key] ?? []);
  return said?.replace(/^refs\/heads\//, '');
}

export function unfinished(runs: readonly PipelineRun[]): PipelineRun | undefined {
  return runs.find(({ status }) => !isOver(runStateOf(status.conditions)));
}

/**
 * The build that answers the n-th request since a moment: a later request is answered by one that lives or
 * has succeeded, so that nothing is built twice for it.
 */
export function answeredBy(
  builds: readonly PipelineRun[],
  since: string,
  attempt: number,
): PipelineRun | undefined {
  const newer = builds.filter((run) => isNewer(run, since));
  const [newest] = newer;
  if (newest === undefined) return undefined;
  const state = runStateOf(newest.status.conditions);
  return newer.length >= attempt || !isOver(state) || state === 'succeeded' ? newest : undefined;
}

export const labelsOfBuilds = (component: string) => ({
  [LABEL.runType]: 'build',
  [LABEL.component]: component,
});
