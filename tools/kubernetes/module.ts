import { defineModule } from '../../src/kit/module.ts';
import { listDeployRuns } from './deploy-run-list.ts';
import { listDeployments } from './deployment-list.ts';
import { environmentSummary } from './environment-summary.ts';
import { KubernetesClient, KubernetesSettings } from './environments.ts';
import { listEvents } from './event-list.ts';
import { readLogs } from './logs.ts';
import { namespaceSummary } from './namespace-summary.ts';
import { listPods } from './pod-list.ts';
import { restartRollout } from './rollout-restart.ts';
import { rolloutStatus } from './rollout-status.ts';
import { watchRollout } from './rollout-watch.ts';
import { runningImages } from './running-images.ts';
import { scale } from './scale.ts';

export const kubernetes = defineModule({
  name: 'kubernetes',
  title: 'Kubernetes',
  settings: KubernetesSettings,
  connect: (settings, connection) => new KubernetesClient(settings, connection),
  tools: [
    environmentSummary,
    namespaceSummary,
    listDeployments,
    listPods,
    rolloutStatus,
    watchRollout,
    restartRollout,
    scale,
    listEvents,
    readLogs,
    runningImages,
    listDeployRuns,
  ],
  probe: (client) => client.probe(),
});
