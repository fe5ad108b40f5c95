import { type ErrorCode, SluiceError } from '../../src/kit/errors.ts';

const CODES: Record<string, ErrorCode> = {
  invalid_auth: 'auth',
  not_authed: 'auth',
  account_inactive: 'auth',
  token_revoked: 'auth',
  token_expired: 'auth',
  missing_scope: 'forbidden',
  no_permission: 'forbidden',
  not_in_channel: 'forbidden',
  restricted_action: 'forbidden',
  cant_update_message: 'forbidden',
  edit_window_closed: 'precondition',
  is_archived: 'precondition',
  channel_not_found: 'not_found',
  thread_not_found: 'not_found',
  message_not_found: 'not_found',
  users_not_found: 'not_found',
  ratelimited: 'rate_limited',
  rate_limited: 'rate_limited',
  msg_too_long: 'invalid_input',
  no_text: 'invalid_input',
  invalid_metadata_format: 'invalid_input',
  metadata_too_large: 'invalid_input',
  fatal_error: 'upstream',
  internal_error: 'upstream',
  service_unavailable: 'upstream',
  request_timeout: 'timeout',
};

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  auth: 'Renew the token of module slack and run `sluice doctor`.',
  forbidden: 'Invite the app to the channel, or give it the scope that its README names.',
  not_found: 'Check the id or name.',
  rate_limited: 'Try again in a minute.',
};

/** What Slack's `error` word means here. */
export function slackError(method: string, word: string): SluiceError {
  const known = /^[a-z_]{1,60}$/.test(word) ? word : 'an unknown error';
  const code = CODES[known] ?? 'precondition';
  const unclear = code === 'upstream' || code === 'timeout';
  return new SluiceError(code, {
    cause: `slack: ${method} answered ${known}.`,
    remedy: REMEDIES[code] ?? 'Look the word up in the documentation of this Slack method.',
    reached: unclear ? 'maybe' : 'no',
  });
}
