/** What a person would see of a Slack message: Block Kit flattened to lines of plain text. */
import type { Line } from '../terminal/terminal.ts'
import { isRecord, list, text } from './json.ts'
import { type LinkStyle, mrkdwnText, plainText } from './mrkdwn.ts'

/**
 * The lines of an incoming-webhook payload: blocks if there are any (Slack then shows `text` in the push notice only),
 * else `text`; attachments after them. Whatever is not understood is shown as `[type]`, never dropped.
 */
export function toLines(payload: unknown, links: LinkStyle = 'shown'): Line[] {
  if (!isRecord(payload)) return [{ kind: 'text', text: '[not a Slack message]' }]
  const blocks = list(payload.blocks)
  const body =
    blocks.length > 0
      ? blocks.flatMap((block) => blockLines(block, links))
      : lines('text', mrkdwnText(text(payload.text), links))
  return [...body, ...list(payload.attachments).flatMap((attachment) => attachmentLines(attachment, links))]
}

/** The same as one text, dividers as `---`; for matching in tests and for logs. */
export function toText(payload: unknown): string {
  return toLines(payload)
    .map((line) => (line.kind === 'rule' ? '---' : line.text))
    .join('\n')
}

function attachmentLines(attachment: unknown, links: LinkStyle): Line[] {
  if (!isRecord(attachment)) return []
  const blocks = list(attachment.blocks)
  if (blocks.length > 0) return blocks.flatMap((block) => blockLines(block, links))
  const parts = [text(attachment.pretext), text(attachment.title), text(attachment.text)].filter((part) => part !== '')
  return (parts.length > 0 ? parts : [text(attachment.fallback)]).flatMap((part) =>
    lines('text', mrkdwnText(part, links)),
  )
}

function blockLines(block: unknown, links: LinkStyle): Line[] {
  if (!isRecord(block)) return []
  switch (block.type) {
    case 'header':
      return lines('strong', textObject(block.text, links))
    case 'section':
      return [
        ...lines('text', textObject(block.text, links)),
        ...list(block.fields).flatMap((field) => lines('text', textObject(field, links))),
        ...elementLines(block.accessory === undefined ? [] : [block.accessory], 'text', links),
      ]
    case 'context':
      return elementLines(list(block.elements), 'faint', links)
    case 'actions':
      return elementLines(list(block.elements), 'text', links)
    case 'divider':
      return [{ kind: 'rule', text: '' }]
    case 'markdown':
      return lines('text', text(block.text))
    case 'image':
      return lines('faint', `[image: ${text(block.alt_text)}]`)
    case 'rich_text':
      return list(block.elements).flatMap((element) => lines('text', richText(element)))
    default:
      return lines('text', `[${text(block.type) || 'block without type'}]`)
  }
}

/** Elements of one row stand side by side, as Slack lays them out. */
function elementLines(elements: readonly unknown[], kind: Line['kind'], links: LinkStyle): Line[] {
  return lines(kind, elements.map((element) => elementText(element, links)).join('  '))
}

function elementText(element: unknown, links: LinkStyle): string {
  if (!isRecord(element)) return ''
  if (element.type === 'button') {
    const url = links === 'shown' ? text(element.url) : ''
    return `[ ${textObject(element.text, links)} ]${url === '' ? '' : ` ${url}`}`
  }
  if (element.type === 'image') return `[image: ${text(element.alt_text)}]`
  return textObject(element, links)
}

function textObject(object: unknown, links: LinkStyle): string {
  if (!isRecord(object)) return ''
  return object.type === 'plain_text' ? plainText(text(object.text)) : mrkdwnText(text(object.text), links)
}

function richText(element: unknown): string {
  if (!isRecord(element)) return ''
  const inner = list(element.elements)
  if (inner.length > 0) return inner.map(richText).join(element.type === 'rich_text_list' ? '\n' : '')
  if (element.type === 'link') return text(element.text) || text(element.url)
  return text(element.text)
}

function lines(kind: Line['kind'], value: string): Line[] {
  if (value === '') return []
  return value.split('\n').map((line) => ({ kind, text: line }))
}
