import { listChecks } from './checks/list.ts';
import { listDeployments, listEnvironments } from './deploys/list.ts';
import { compareRefs } from './history/compare.ts';
import { createTag } from './history/create-tag.ts';
import { findCommit } from './history/find-commit.ts';
import { getCommit } from './history/get-commit.ts';
import { getFile } from './history/get-file.ts';
import { listBranches, listTags } from './history/lists.ts';
import { addComment } from './pulls/comment.ts';
import { createPullRequest } from './pulls/create.ts';
import { getPullRequest } from './pulls/get.ts';
import { listPullRequests } from './pulls/list.ts';
import { listReviews } from './pulls/reviews.ts';
import { updatePullRequest } from './pulls/update.ts';
import { createRelease } from './releases/create.ts';
import { getRelease } from './releases/get.ts';
import { listReleases } from './releases/list.ts';
import { generateReleaseNotes } from './releases/notes.ts';
import { getWorkflowRun } from './runs/get.ts';
import { listWorkflowRuns } from './runs/list.ts';
import { getJobLog } from './runs/log.ts';
import { rerunFailedJobs } from './runs/rerun.ts';

export const tools = [
  getPullRequest,
  listPullRequests,
  createPullRequest,
  updatePullRequest,
  addComment,
  listReviews,
  listChecks,
  listWorkflowRuns,
  getWorkflowRun,
  getJobLog,
  rerunFailedJobs,
  listEnvironments,
  listDeployments,
  listReleases,
  getRelease,
  createRelease,
  generateReleaseNotes,
  listTags,
  createTag,
  compareRefs,
  getCommit,
  findCommit,
  getFile,
  listBranches,
];
