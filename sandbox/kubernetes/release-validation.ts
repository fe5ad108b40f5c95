import type { Tree } from '../scenario/merge.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { Cluster } from './cluster.ts';
import { labelsOf, listAt, nameOf, namespaceOf, textAt, treeAt, valueAt } from './manifest.ts';
import { isKind, type ResourceType } from './resources.ts';

const APPSTUDIO = 'appstudio.redhat.com';
const RELEASE = 'release.appstudio.openshift.io';
const AFTER = 2_000;

/** A Release that names what is not there, or is blocked, fails before anything runs. True when it does. */
export function failsValidation(cluster: Cluster, type: ResourceType, release: Tree): boolean {
  if (!isKind(type, 'Release', APPSTUDIO)) return false;
  const why = problemOf(cluster, release);
  if (why === undefined) return false;
  const at = cluster.now + AFTER;
  const failed = { status: 'False', reason: 'Failed' };
  cluster.schedule(
    at,
    { type, namespace: namespaceOf(release), name: nameOf(release) },
    {
      merge: { status: { startTime: isoSeconds(at), completionTime: isoSeconds(at) } },
      conditions: [
        { type: 'Validated', ...failed, message: why },
        { type: 'Released', ...failed, message: 'Release validation failed' },
      ],
    },
  );
  return true;
}

function problemOf(cluster: Cluster, release: Tree): string | undefined {
  const find = (kind: string, namespace: string, name: string) => {
    const type = cluster.resources.ofManifest(`${APPSTUDIO}/v1alpha1`, kind);
    return type && cluster.store.get(type, namespace, name);
  };
  const missing = (kind: string, name: string) => `${kind}.${APPSTUDIO} "${name}" not found`;
  const namespace = namespaceOf(release);
  const planName = textAt(release, 'spec.releasePlan') ?? '';
  const plan = find('ReleasePlan', namespace, planName);
  if (plan === undefined) return missing('ReleasePlan', planName);
  const target = textAt(plan, 'spec.target') ?? '';
  const ownPipeline = valueAt(plan, 'spec.tenantPipeline') !== undefined;
  if (!ownPipeline && target === '') {
    return 'releasePlan has no pipeline or target. Each Release should define a tenant pipeline, managed pipeline, or both';
  }
  const admission = target === '' ? undefined : admissionOf(cluster, plan, target);
  if (typeof admission === 'string') return admission;
  if (!ownPipeline && valueAt(admission, 'spec.pipeline') === undefined) {
    return 'releasePlan and releasePlanAdmission both have no pipeline. Each Release should define a tenant pipeline, managed pipeline, or both';
  }
  const policy = textAt(admission, 'spec.policy');
  if (policy !== undefined && find('EnterpriseContractPolicy', target, policy) === undefined) {
    return missing('EnterpriseContractPolicy', policy);
  }
  const snapshotName = textAt(release, 'spec.snapshot') ?? '';
  const snapshot = find('Snapshot', namespace, snapshotName);
  if (snapshot === undefined) return missing('Snapshot', snapshotName);
  const automated = labelsOf(release)[`${RELEASE}/automated`] === 'true';
  if (automated && !labelsOf(plan)[`${RELEASE}/author`]) {
    return 'no author in the ReleasePlan found for automated release';
  }
  const sameGroup = ['application', 'componentGroup'].every(
    (field) => (textAt(plan, `spec.${field}`) ?? '') === (textAt(snapshot, `spec.${field}`) ?? ''),
  );
  return sameGroup ? undefined : 'different Application referenced in ReleasePlan and Snapshot';
}

/** The one admission that takes the plan, or why there is none. */
function admissionOf(cluster: Cluster, plan: Tree, target: string): Tree | string {
  const type = cluster.resources.ofManifest(`${APPSTUDIO}/v1alpha1`, 'ReleasePlanAdmission');
  if (type === undefined) return 'no ReleasePlanAdmission is served';
  const origin = namespaceOf(plan);
  const label = labelsOf(plan)[`${RELEASE}/releasePlanAdmission`] ?? '';
  const group = textAt(plan, 'spec.application') ?? textAt(plan, 'spec.componentGroup') ?? '';
  const where = `found in namespace (${target}) with the origin (${origin}) for '${group}'`;
  const found =
    label === ''
      ? cluster.store
          .list(type, target)
          .filter((one) => textAt(one, 'spec.origin') === origin && takes(one, plan))
      : [cluster.store.get(type, target, label)].filter((one) => one !== undefined);
  const [admission] = found;
  if (label !== '' && admission === undefined)
    return `ReleasePlanAdmission.${APPSTUDIO} "${label}" not found`;
  if (admission === undefined) return `no ReleasePlanAdmission ${where}`;
  if (found.length > 1) return `multiple ReleasePlanAdmissions ${where}`;
  if (labelsOf(admission)[`${RELEASE}/block-releases`] === 'true') {
    return `found ReleasePlanAdmission '${nameOf(admission)}' with block-releases label set to true`;
  }
  return admission;
}

function takes(admission: Tree, plan: Tree): boolean {
  const { application, componentGroup } = treeAt(plan, 'spec');
  return (
    (application !== undefined && listAt(admission, 'spec.applications').includes(application)) ||
    (componentGroup !== undefined && listAt(admission, 'spec.componentGroups').includes(componentGroup))
  );
}
