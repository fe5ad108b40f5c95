import type { AnyTool } from '../../src/kit/tool.ts';
import { addReleaseIssue } from './tasks/add-issue.ts';
import { analyzeTestFailures } from './tasks/analyze-test-failures.ts';
import { changeAdvisoryStatus } from './tasks/change-advisory-status.ts';
import { checkCveTrackerBug } from './tasks/check-cve-tracker-bug.ts';
import { checkRhcosSecurityAlerts } from './tasks/check-rhcos-security-alerts.ts';
import { closeReleaseSubtasks } from './tasks/close-release-subtasks.ts';
import { createTestReport } from './tasks/create-test-report.ts';
import { discoverActiveReleases } from './tasks/discover-active-releases.ts';
import { getIssues } from './tasks/get-issues.ts';
import { getNextActions } from './tasks/get-next-actions.ts';
import { getPromotionStatus } from './tasks/get-promotion-status.ts';
import { getPushStatus } from './tasks/get-push-status.ts';
import { getReleaseMetadata } from './tasks/get-release-metadata.ts';
import { getReleaseStatus } from './tasks/get-release-status.ts';
import { getTaskBlocker } from './tasks/get-task-blocker.ts';
import { getTestResult } from './tasks/get-test-result.ts';
import { checkImagesTool } from './tasks/image-check.ts';
import { imageConsistencyCheck } from './tasks/image-consistency-check.ts';
import { checkImageHealth } from './tasks/image-health.ts';
import { postImageHealthNote } from './tasks/image-health-note.ts';
import { imageSignedCheck } from './tasks/image-signed-check.ts';
import { isReleaseShipped } from './tasks/is-release-shipped.ts';
import { notifyOnQaBugs } from './tasks/notify-on-qa-bugs.ts';
import { pushToCdnStaging } from './tasks/push-to-cdn-staging.ts';
import { resolveReleaseIssue } from './tasks/resolve-issue.ts';
import { stageTesting } from './tasks/stage-testing.ts';
import { startReleaseDetector } from './tasks/start-release-detector.ts';
import { takeOwnership } from './tasks/take-ownership.ts';
import { updateTaskStatus } from './tasks/update-task-status.ts';

/** In the order of a release. */
export const tools: readonly AnyTool[] = [
  getReleaseMetadata,
  getReleaseStatus,
  getNextActions,
  createTestReport,
  updateTaskStatus,
  addReleaseIssue,
  resolveReleaseIssue,
  getIssues,
  getTaskBlocker,
  takeOwnership,
  checkCveTrackerBug,
  checkRhcosSecurityAlerts,
  pushToCdnStaging,
  getPushStatus,
  getPromotionStatus,
  getTestResult,
  analyzeTestFailures,
  imageConsistencyCheck,
  checkImagesTool,
  checkImageHealth,
  postImageHealthNote,
  stageTesting,
  imageSignedCheck,
  changeAdvisoryStatus,
  closeReleaseSubtasks,
  isReleaseShipped,
  discoverActiveReleases,
  startReleaseDetector,
  notifyOnQaBugs,
];
