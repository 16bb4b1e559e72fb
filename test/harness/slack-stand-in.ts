/** Plays a Slack incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
import { isRecord, list, parseJson, text } from '../../src/stand-in/json.ts'
import { toText } from '../../src/stand-in/slack-text.ts'
import type { Received } from '../../src/stand-in/stand-in.ts'
import { StandIn } from './stand-in.ts'

/** Block Kit limits that make Slack answer `invalid_blocks`: https://docs.slack.dev/reference/block-kit/blocks */
const mostBlocks = 50
const longestHeader = 150
const longestSection = 3_000

export function startSlackStandIn(name: string, now: () => number): Promise<StandIn> {
  return StandIn.start(name, { ok: { status: 200, body: 'ok' }, toText, fault: slackFault }, now)
}

/** What Slack would refuse; null if it would answer `ok`. */
export function slackFault(request: Received): string | null {
  if (request.method !== 'POST') return `Slack wants POST, not ${request.method}`
  if (!String(request.headers['content-type']).startsWith('application/json')) return 'invalid_payload: not JSON'
  const payload = parseJson(request.body)
  if (!isRecord(payload)) return 'invalid_payload'
  if ('channel' in payload || 'username' in payload) return 'an app webhook cannot choose its channel or name'
  const blocks = list(payload.blocks)
  if (blocks.length === 0 && text(payload.text) === '') return 'no_text'
  if (blocks.length > mostBlocks) return `invalid_blocks: ${blocks.length} of ${mostBlocks}`
  for (const block of blocks) {
    if (!isRecord(block)) return 'invalid_blocks: not an object'
    const shown = isRecord(block.text) ? text(block.text.text) : null
    if (shown === '') return `invalid_blocks: ${String(block.type)} with empty text`
    if (block.type === 'header' && (shown?.length ?? 0) > longestHeader) return 'invalid_blocks: header too long'
    if (block.type === 'section' && (shown?.length ?? 0) > longestSection) return 'invalid_blocks: section too long'
  }
  return null
}
