import type { System } from '../http.ts';
import { artifacts } from './artifacts.ts';
import { brew, koji } from './brew.ts';
import { catalog, pyxis } from './catalog.ts';
import { errata } from './errata.ts';
import { gangway } from './gangway.ts';
import { git } from './git.ts';
import { github } from './github.ts';
import { githubLogs } from './github-actions.ts';
import { gitlab } from './gitlab.ts';
import { jenkins } from './jenkins.ts';
import { jira } from './jira.ts';
import { appsCluster, konfluxCluster, kubearchive } from './kubernetes.ts';
import { mirror } from './mirror.ts';
import { portal } from './portal.ts';
import { prow } from './prow.ts';
import { quay } from './quay.ts';
import { registry } from './registry.ts';
import { releaseController } from './release-controller.ts';
import { sheets } from './sheets.ts';
import { slack } from './slack.ts';
import { trackers } from './trackers.ts';

export const SYSTEMS: readonly System[] = [
  releaseController,
  errata,
  gitlab,
  git,
  jenkins,
  gangway,
  prow,
  github,
  githubLogs,
  artifacts,
  mirror,
  slack,
  sheets,
  jira,
  portal,
  trackers,
  registry,
  quay,
  catalog,
  pyxis,
  brew,
  koji,
  konfluxCluster,
  appsCluster,
  kubearchive,
];
