import { defineModule } from '../../src/kit/module.ts';
import { git } from '../git/module.ts';
import { AppInterfaceClient } from './client.ts';
import { compareLiveTool } from './compare-live.ts';
import { getConfig } from './get-config.ts';
import { listTargets } from './list-targets.ts';
import { refHistory } from './ref-history.ts';
import { AppInterfaceSettings } from './settings.ts';
import { updateRef } from './update-ref.ts';
import { validate } from './validate.ts';

export const appinterface = defineModule({
  name: 'appinterface',
  title: 'app-interface saas files',
  settings: AppInterfaceSettings,
  uses: [git],
  connect: (settings, connection) => new AppInterfaceClient(settings, () => connection.use(git)),
  tools: [getConfig, listTargets, refHistory, validate, compareLiveTool, updateRef],
  probe: async (client) => {
    const head = await client.head();
    for (const { file } of Object.values(client.settings.products)) await client.read(file, head);
    const count = Object.keys(client.settings.products).length;
    return { ok: true, detail: `the saas files of ${count} products can be read at ${head.slice(0, 12)}` };
  },
});
