import { addNote } from './add-note.ts';
import { cancelPipeline } from './cancel-pipeline.ts';
import { closeMergeRequest, updateMergeRequest } from './change-merge-request.ts';
import { createMergeRequest } from './create-merge-request.ts';
import { listDeployments, listEnvironments, listFreezePeriods } from './delivery.ts';
import { listDiscussions } from './discussions.ts';
import { getPlanApprovals } from './get-plan-approvals.ts';
import { getJobLog } from './job-log.ts';
import { listApprovals } from './list-approvals.ts';
import { listMergeRequests } from './list-merge-requests.ts';
import { getMergeRequest } from './merge-requests.ts';
import { getPipeline, listJobs, listPipelines } from './pipelines.ts';
import { createRelease, listReleases } from './releases.ts';
import { compareRefs, getCommit, getFile, listBranches } from './repository.ts';
import { requestPlanApproval } from './request-plan-approval.ts';
import { retryJob, retryPipeline } from './retry.ts';
import { findUser } from './users.ts';

/** None approves and none merges: that is for people and for the bot of the repository. */
export const tools = [
  getMergeRequest,
  listMergeRequests,
  createMergeRequest,
  updateMergeRequest,
  closeMergeRequest,
  listDiscussions,
  addNote,
  listApprovals,
  getPipeline,
  listPipelines,
  listJobs,
  getJobLog,
  retryPipeline,
  retryJob,
  cancelPipeline,
  listDeployments,
  listEnvironments,
  listFreezePeriods,
  listReleases,
  createRelease,
  getFile,
  compareRefs,
  listBranches,
  getCommit,
  findUser,
  requestPlanApproval,
  getPlanApprovals,
];
