import { createHmac, timingSafeEqual } from 'node:crypto';

/** A request as Slack signed it: over the body as it came, byte for byte. */
export interface SlackRequest {
  /** X-Slack-Request-Timestamp: seconds since 1970. */
  timestamp: string;
  /** X-Slack-Signature: `v0=` and the digest. */
  signature: string;
  body: Buffer;
}

/** Whether Slack, which alone shares the signing secret of the app with us, sent exactly this. */
export function isFromSlack({ timestamp, signature, body }: SlackRequest, secret: string): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return false;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signSlack(timestamp, body, secret)));
}

/** The signature that Slack puts to a request. */
export function signSlack(timestamp: string, body: Buffer, secret: string): string {
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return `v0=${mac}`;
}
