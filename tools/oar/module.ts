import { defineModule } from '../../src/kit/module.ts';
import { errata } from '../errata/module.ts';
import { github } from '../github/module.ts';
import { gitlab } from '../gitlab/module.ts';
import { jenkins } from '../jenkins/module.ts';
import { jira } from '../jira/module.ts';
import { prow } from '../prow/module.ts';
import { quay } from '../quay/module.ts';
import { releaseController } from '../release-controller/module.ts';
import { connect } from './connect.ts';
import { OarSettings } from './settings.ts';
import { tools } from './tools.ts';

export const oar = defineModule({
  name: 'oar',
  title: 'OpenShift z-stream release tasks',
  settings: OarSettings,
  uses: [releaseController, errata, gitlab, jenkins, prow, github, jira, quay],
  connect,
  tools,
});
