/** The few Block Kit shapes we use, Slack's limits on them, and the one place that enforces these limits. */
import { fitText } from './plain-text.ts'

/** https://docs.slack.dev/reference/block-kit/blocks: a message holds at most 50 blocks; we leave room. */
export const MAX_BLOCKS = 45
/** https://docs.slack.dev/reference/block-kit/blocks/header-block */
export const MAX_HEADER_TEXT = 150
/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
export const MAX_SECTION_TEXT = 3_000
/** https://docs.slack.dev/reference/block-kit/blocks/context-block */
export const MAX_CONTEXT_ELEMENTS = 10
/** Undocumented: around 13,000 characters over all blocks Slack answers `msg_blocks_too_long` (bolt-js #2509). */
export const MAX_BLOCKS_TEXT = 10_000

interface PlainText {
  readonly type: 'plain_text'
  readonly text: string
  readonly emoji: boolean
}

/** `verbatim` stops Slack from turning bare URLs, channel names and user names into links by itself. */
interface Mrkdwn {
  readonly type: 'mrkdwn'
  readonly text: string
  readonly verbatim: true
}

export type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'context'; readonly elements: Mrkdwn[] }
  | { readonly type: 'divider' }

export interface SlackPayload {
  /** What notifications and screen readers show. */
  readonly text: string
  readonly blocks: SlackBlock[]
}

/** `text` is escaped already, and short enough by construction: cutting here could cut through an escape. */
export function header(text: string): SlackBlock {
  return { type: 'header', text: { type: 'plain_text', text: fitText(text, MAX_HEADER_TEXT), emoji: true } }
}

export function section(text: string): SlackBlock {
  return { type: 'section', text: mrkdwn(fitText(text, MAX_SECTION_TEXT)) }
}

/** Small grey text; more elements than Slack takes are left out from the end. */
export function context(...texts: string[]): SlackBlock {
  return { type: 'context', elements: texts.slice(0, MAX_CONTEXT_ELEMENTS).map(mrkdwn) }
}

/** Characters a block counts towards Slack's total. */
export function textLength(block: SlackBlock): number {
  if (block.type === 'divider') return 0
  if (block.type === 'context') return block.elements.reduce((sum, element) => sum + element.text.length, 0)
  return block.text.text.length
}

function mrkdwn(text: string): Mrkdwn {
  return { type: 'mrkdwn', text, verbatim: true }
}
