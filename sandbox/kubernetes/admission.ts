import { isDeepStrictEqual } from 'node:util';
import type { Tree } from '../scenario/merge.ts';
import type { Cluster } from './cluster.ts';
import {
  labelsOf,
  listAt,
  nameOf,
  namespaceOf,
  textAt,
  treeAt,
  valueAt,
  withLabels,
  withMetadata,
} from './manifest.ts';
import { isKind, type ResourceType } from './resources.ts';
import { denied, invalid } from './status.ts';

/** What the webhooks of Konflux and Tekton, and the server's own defaults, do to a request. */

const APPSTUDIO = 'appstudio.redhat.com';
const RELEASE = 'release.appstudio.openshift.io';
const LONGEST = 63;

/** `before` is undefined for a create. */
export interface Admission {
  cluster: Cluster;
  user: string;
  type: ResourceType;
  before: Tree | undefined;
}

export function mutated({ cluster, user, type, before }: Admission, object: Tree): Tree {
  if (isKind(type, 'Release', APPSTUDIO) && before === undefined) return releaseFilled(cluster, user, object);
  if (isKind(type, 'ReleasePlan', APPSTUDIO)) return planFilled(user, object, before === undefined);
  if (isKind(type, 'Snapshot', APPSTUDIO) && before === undefined) return snapshotFilled(object);
  if (type.group === 'apps' && before === undefined) {
    return { ...object, spec: { replicas: 1, ...treeAt(object, 'spec') } };
  }
  if (isKind(type, 'Namespace', '') && before === undefined) {
    const named = withLabels(object, { 'kubernetes.io/metadata.name': nameOf(object) });
    return { ...named, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  }
  return object;
}

function releaseFilled(cluster: Cluster, user: string, object: Tree): Tree {
  const plan = textAt(object, 'spec.releasePlan') ?? '';
  const labels = {
    [`${RELEASE}/snapshot`]: textAt(object, 'spec.snapshot') ?? '',
    [`${RELEASE}/releasePlan`]: plan,
    ...(labelsOf(object)[`${RELEASE}/automated`] === 'true' ? {} : { [`${RELEASE}/author`]: authorOf(user) }),
  };
  const labelled = withLabels(object, labels);
  if (Number(valueAt(object, 'spec.gracePeriodDays') ?? 0) !== 0) return labelled;
  const plans = cluster.resources.ofManifest(`${APPSTUDIO}/v1alpha1`, 'ReleasePlan');
  const found = plans && cluster.store.get(plans, namespaceOf(object), plan);
  const days = valueAt(found, 'spec.releaseGracePeriodDays');
  if (days === undefined) return labelled;
  return { ...labelled, spec: { ...treeAt(labelled, 'spec'), gracePeriodDays: days } };
}

/** A user's name as a label can hold it. */
export function authorOf(user: string): string {
  return user
    .replaceAll(':', '_')
    .replace('@', '.')
    .slice(0, LONGEST)
    .replace(/[^A-Za-z0-9]+$/, '');
}

function planFilled(user: string, object: Tree, isNew: boolean): Tree {
  const labels = labelsOf(object);
  if (labels[`${RELEASE}/standing-attribution`] !== 'true') delete labels[`${RELEASE}/author`];
  else labels[`${RELEASE}/author`] ||= authorOf(user);
  const none = isNew && treeAt(object, 'metadata').labels === undefined;
  return withMetadata(object, { labels: none ? { [`${RELEASE}/auto-release`]: 'true' } : labels });
}

function snapshotFilled(object: Tree): Tree {
  const application = textAt(object, 'spec.application') ?? '';
  if (application !== '') return withLabels(object, { 'appstudio.openshift.io/application': application });
  const group = textAt(object, 'spec.componentGroup') ?? '';
  return withLabels(object, { 'appstudio.openshift.io/component-group': group });
}

export function admitted({ type, before }: Admission, object: Tree): void {
  if (isKind(type, 'Release', APPSTUDIO)) releaseAdmitted(before, object);
  if (isKind(type, 'Snapshot', APPSTUDIO)) snapshotAdmitted(before, object);
  if (isKind(type, 'IntegrationTestScenario', APPSTUDIO)) scenarioAdmitted(object);
  if (isKind(type, 'PipelineRun', 'tekton.dev')) pipelineRunAdmitted(before, object);
}

function releaseAdmitted(before: Tree | undefined, object: Tree): void {
  const webhook = 'vrelease.kb.io';
  if (before === undefined) {
    const names = {
      release: nameOf(object),
      snapshot: textAt(object, 'spec.snapshot') ?? '',
      releasePlan: textAt(object, 'spec.releasePlan') ?? '',
    };
    for (const [what, { length }] of Object.entries(names)) {
      if (length <= LONGEST) continue;
      throw denied(webhook, `${what} name must be no more than 63 characters, got ${length} characters`, 403);
    }
    return;
  }
  if (!isDeepStrictEqual(before.spec, object.spec)) {
    throw denied(webhook, 'release resources spec cannot be updated', 403);
  }
  const changed = (label: string) =>
    labelsOf(before)[`${RELEASE}/${label}`] !== labelsOf(object)[`${RELEASE}/${label}`];
  if (changed('author')) throw denied('mauthor.kb.io', 'release author label cannot be updated', 400);
  for (const label of ['snapshot', 'releasePlan']) {
    if (changed(label)) throw denied(webhook, `release ${label} label cannot be updated`, 403);
  }
}

function snapshotAdmitted(before: Tree | undefined, object: Tree): void {
  const name = nameOf(object);
  const refuse = (why: string) => denied('vsnapshot.kb.io', why, 403);
  if (before === undefined && name.length > LONGEST) {
    const why = `name is too long (${name.length} characters); must be at most 63 characters`;
    throw refuse(`metadata.name: Invalid value: "${name}": ${why}`);
  }
  const now = listAt(object, 'spec.components');
  if (before !== undefined && !isDeepStrictEqual(listAt(before, 'spec.components'), now)) {
    const why = 'components field is immutable and cannot be modified after creation';
    throw refuse(`spec.components: Invalid value: ${JSON.stringify(now)}: ${why}`);
  }
}

/** The CRD carries this rule only once it is deployed. */
function scenarioAdmitted(object: Tree): void {
  const { application, componentGroup } = treeAt(object, 'spec');
  if ((application === undefined) !== (componentGroup === undefined)) return;
  const why = '"spec" must validate one and only one schema (oneOf)';
  throw invalid({ group: APPSTUDIO, kind: 'IntegrationTestScenario', name: nameOf(object) }, [
    { reason: 'FieldValueInvalid', message: `Invalid value: "object": ${why}`, field: 'spec' },
  ]);
}

const WISHES = ['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally', 'PipelineRunPending'];

function pipelineRunAdmitted(before: Tree | undefined, object: Tree): void {
  const refuse = (why: string) =>
    denied('validation.webhook.pipeline.tekton.dev', `validation failed: ${why}`, 400);
  const { pipelineRef, pipelineSpec, status } = treeAt(object, 'spec');
  if ((pipelineRef === undefined) === (pipelineSpec === undefined)) {
    const got = pipelineRef === undefined ? 'neither' : 'both';
    throw refuse(`expected exactly one, got ${got}: spec.pipelineRef, spec.pipelineSpec`);
  }
  if (status !== undefined && status !== '' && !WISHES.includes(String(status))) {
    const [a, b, c, d] = WISHES;
    throw refuse(`invalid value: ${status} should be ${a}, ${b}, ${c} or ${d}: spec.status`);
  }
  if (before === undefined) return;
  const old = treeAt(before, 'spec');
  if (isDone(before)) {
    if (isDeepStrictEqual(old, treeAt(object, 'spec'))) return;
    throw refuse('invalid value: Once the PipelineRun is complete, no updates are allowed: spec');
  }
  if (!isDeepStrictEqual({ ...old, status }, { ...treeAt(object, 'spec'), status })) {
    throw refuse('invalid value: Once the PipelineRun has started, only status updates are allowed: spec');
  }
}

function isDone(run: Tree): boolean {
  return listAt(run, 'status.conditions').some(
    (condition) =>
      textAt(condition, 'type') === 'Succeeded' &&
      ['True', 'False'].includes(textAt(condition, 'status') ?? ''),
  );
}
