/** What Slack's answer to an incoming webhook means. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
import type { Receipt } from './channel.ts'

/** Slack dislikes this message; another one may pass. */
const PAYLOAD_ERRORS: ReadonlySet<string> = new Set([
  'invalid_payload',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'missing_text_or_fallback_or_attachments',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'too_many_attachments',
])

/** The hook, its channel or its workspace will take no message at all. */
const DESTINATION_ERRORS: ReadonlySet<string> = new Set([
  'action_prohibited',
  'channel_is_archived',
  'channel_not_found',
  'invalid_token',
  'no_active_hooks',
  'no_service',
  'no_service_id',
  'no_team',
  'posting_to_general_channel_denied',
  'team_disabled',
  'user_not_found',
])

/** Statuses by which a server says that it could not read this body. */
const PAYLOAD_STATUSES: ReadonlySet<number> = new Set([400, 413, 422])

/**
 * Classifies by body first, by status second: Slack's words are stable, their statuses are not.
 * A 200 that does not say `ok` may come from Slack or from a proxy before it: nobody knows whether the message is there.
 */
export function classifySlackAnswer(status: number, body: string): Pick<Receipt, 'outcome' | 'about'> {
  const word = body.trim()
  if (PAYLOAD_ERRORS.has(word)) return { outcome: 'permanent', about: 'payload' }
  if (DESTINATION_ERRORS.has(word)) return { outcome: 'permanent', about: 'destination' }
  if (status === 200) return { outcome: body === 'ok' ? 'delivered' : 'unknown' }
  if (status > 200 && status < 300) return { outcome: 'unknown' }
  if (status === 408 || status === 429 || status >= 500) return { outcome: 'transient' }
  return { outcome: 'permanent', about: PAYLOAD_STATUSES.has(status) ? 'payload' : 'destination' }
}
