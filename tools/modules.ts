import type { AnyModule } from '../src/kit/module.ts';
import { appinterface } from './appinterface/module.ts';
import { bonfire } from './bonfire/module.ts';
import { calendar } from './calendar/module.ts';
import { errata } from './errata/module.ts';
import { git } from './git/module.ts';
import { github } from './github/module.ts';
import { gitlab } from './gitlab/module.ts';
import { jenkins } from './jenkins/module.ts';
import { jira } from './jira/module.ts';
import { jobs } from './jobs/module.ts';
import { konflux } from './konflux/module.ts';
import { kubernetes } from './kubernetes/module.ts';
import { oar } from './oar/module.ts';
import { prow } from './prow/module.ts';
import { quay } from './quay/module.ts';
import { releaseController } from './release-controller/module.ts';
import { sheets } from './sheets/module.ts';
import { slack } from './slack/module.ts';

/** Every module that this build offers. */
export const modules: readonly AnyModule[] = [
  oar,
  releaseController,
  errata,
  gitlab,
  prow,
  jenkins,
  jobs,
  github,
  slack,
  sheets,
  jira,
  quay,
  appinterface,
  konflux,
  kubernetes,
  git,
  bonfire,
  calendar,
];
