import { z } from 'zod';
import { type AnyModule, defineModule } from '../../src/kit/module.ts';
import { Cluster, ClusterSettings, clusterShape } from '../kubernetes/client.ts';
import { kubernetes } from '../kubernetes/module.ts';
import { buildTools } from './builds/tools.ts';
import { KonfluxClient } from './client.ts';
import { overviewTools } from './overview/tools.ts';
import { releaseTools } from './releases/tools.ts';
import { snapshotTools } from './snapshots/tools.ts';

export const konflux: AnyModule = defineModule({
  name: 'konflux',
  title: 'Konflux',
  settings: z.object({
    ...clusterShape,
    kubearchive: ClusterSettings.optional().meta({
      description: 'KubeArchive, for objects that the cluster has pruned; reached like a cluster.',
    }),
  }),
  uses: [kubernetes],
  connect: ({ kubearchive, ...cluster }, connection) =>
    new KonfluxClient(
      new Cluster('konflux', 'modules.konflux', cluster, connection),
      kubearchive && new Cluster('kubearchive', 'modules.konflux.kubearchive', kubearchive, connection),
    ),
  tools: [...overviewTools, ...snapshotTools, ...buildTools, ...releaseTools],
});
