import { SluiceError } from '../../src/kit/errors.ts';
import { type AnyModule, defineModule } from '../../src/kit/module.ts';
import { kubernetes } from '../kubernetes/module.ts';
import { BonfireClient } from './client.ts';
import { deploy } from './deploy.ts';
import { extendNamespace } from './namespace-extend.ts';
import { listNamespaces } from './namespace-list.ts';
import { releaseNamespace } from './namespace-release.ts';
import { reserveNamespace } from './namespace-reserve.ts';
import { namespaceStatus } from './namespace-status.ts';
import { demandProgram } from './run.ts';
import { BonfireSettings } from './settings.ts';

export const bonfire: AnyModule = defineModule({
  name: 'bonfire',
  title: 'Ephemeral namespaces',
  settings: BonfireSettings,
  uses: [kubernetes],
  connect: (settings, connection) =>
    new BonfireClient(settings, connection.use(kubernetes), connection.services),
  tools: [listNamespaces, reserveNamespace, extendNamespace, releaseNamespace, namespaceStatus, deploy],
  probe: async (client) => {
    const { length } = await client.reservations();
    const program = await demandProgram(client.settings.program).catch((error: unknown) => {
      if (error instanceof SluiceError) return undefined;
      throw error;
    });
    const deploys = program === undefined ? `no program ${client.settings.program}, so no deploys` : program;
    return { ok: true, detail: `lets us in; ${length} reservations; ${deploys}` };
  },
});
