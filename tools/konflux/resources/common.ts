import { z } from 'zod';
import { Condition } from '../../kubernetes/client.ts';

export const V1ALPHA1 = 'appstudio.redhat.com/v1alpha1';
export const V1BETA2 = 'appstudio.redhat.com/v1beta2';

export const Conditions = z.array(Condition).default([]);

/** What a component, snapshot, scenario or plan belongs to: the older Application or the newer ComponentGroup. */
export interface Parent {
  kind: 'application' | 'componentGroup';
  name: string;
}

export const parentShape = {
  application: z.string().optional(),
  componentGroup: z.string().optional(),
};

export function parentOf(spec: {
  application?: string | undefined;
  componentGroup?: string | undefined;
}): Parent | undefined {
  if (spec.componentGroup !== undefined && spec.componentGroup !== '')
    return { kind: 'componentGroup', name: spec.componentGroup };
  if (spec.application !== undefined && spec.application !== '')
    return { kind: 'application', name: spec.application };
  return undefined;
}

/** Labels and annotations of the services (facts of integration-, build- and release-service). */
export const LABEL = {
  application: 'appstudio.openshift.io/application',
  component: 'appstudio.openshift.io/component',
  componentGroup: 'appstudio.openshift.io/component-group',
  snapshot: 'appstudio.openshift.io/snapshot',
  buildRun: 'appstudio.openshift.io/build-pipelinerun',
  runType: 'pipelines.appstudio.openshift.io/type',
  sha: 'pipelinesascode.tekton.dev/sha',
  eventType: 'pipelinesascode.tekton.dev/event-type',
  pullRequest: 'pipelinesascode.tekton.dev/pull-request',
  testType: 'test.appstudio.openshift.io/type',
  scenario: 'test.appstudio.openshift.io/scenario',
  testRun: 'test.appstudio.openshift.io/run',
  optional: 'test.appstudio.openshift.io/optional',
  snapshotSha: 'pac.test.appstudio.openshift.io/sha',
  snapshotEvent: 'pac.test.appstudio.openshift.io/event-type',
  snapshotPullRequest: 'pac.test.appstudio.openshift.io/pull-request',
  autoRelease: 'release.appstudio.openshift.io/auto-release',
  blockReleases: 'release.appstudio.openshift.io/block-releases',
  releaseAdmission: 'release.appstudio.openshift.io/releasePlanAdmission',
  standingAttribution: 'release.appstudio.openshift.io/standing-attribution',
  author: 'release.appstudio.openshift.io/author',
  automated: 'release.appstudio.openshift.io/automated',
  releaseSnapshot: 'release.appstudio.openshift.io/snapshot',
  releasePlan: 'release.appstudio.openshift.io/releasePlan',
  releaseName: 'release.appstudio.openshift.io/name',
  releaseNamespace: 'release.appstudio.openshift.io/namespace',
  taskOfRun: 'tekton.dev/pipelineRun',
  taskName: 'tekton.dev/pipelineTask',
} as const;

export const ANNOTATION = {
  testStatus: 'test.appstudio.openshift.io/status',
  buildRequest: 'build.appstudio.openshift.io/request',
  buildStatus: 'build.appstudio.openshift.io/status',
  signed: 'chains.tekton.dev/signed',
} as const;
