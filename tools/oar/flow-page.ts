/** Headings of the flow's page that errors and waits of these tasks point to. */
export const FLOW_ANCHORS = [
  'a-release-without-a-shipment',
  'advisory-in-new_files',
  'closed-merge-request',
  'dropped-advisory',
  'expired-tokens',
  'kernel-must-not-ship',
  'metadata-url-not-live',
  'no-test-result',
  'push-stuck',
  'release-not-prepared',
  'security-alerts',
  'shipment-without-url',
  'signature-wrong',
  'stage-release-not-done',
  'stage-testing-failed',
  'strange-answer',
  'tracker-source-missing',
  'unhealthy-images',
] as const;

/** The end of a remedy whose case the page explains. */
export const see = (anchor: (typeof FLOW_ANCHORS)[number]) => `See docs/KONFLUX_RELEASE_FLOW.md#${anchor}.`;
