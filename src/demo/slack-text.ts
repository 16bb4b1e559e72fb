/** What a person would see of a Slack message: Block Kit flattened to lines of plain text. */
import { isRecord, list, text } from './json.ts'
import { mrkdwnText, plainText } from './mrkdwn.ts'

/** One line as Slack shows it. `strong` is a header, `faint` a context line, `rule` a divider without text. */
export interface Line {
  readonly kind: 'strong' | 'text' | 'faint' | 'rule'
  readonly text: string
}

/**
 * The lines of an incoming-webhook payload: blocks if there are any (Slack then shows `text` in the push notice only),
 * else `text`; attachments after them. Whatever is not understood is shown as `[type]`, never dropped.
 */
export function toLines(payload: unknown): Line[] {
  if (!isRecord(payload)) return [{ kind: 'text', text: '[not a Slack message]' }]
  const blocks = list(payload.blocks)
  const body = blocks.length > 0 ? blocks.flatMap(blockLines) : lines('text', mrkdwnText(text(payload.text)))
  return [...body, ...list(payload.attachments).flatMap(attachmentLines)]
}

/** The same as one text, dividers as `---`; for matching in tests and for logs. */
export function toText(payload: unknown): string {
  return toLines(payload)
    .map((line) => (line.kind === 'rule' ? '---' : line.text))
    .join('\n')
}

function attachmentLines(attachment: unknown): Line[] {
  if (!isRecord(attachment)) return []
  const blocks = list(attachment.blocks)
  if (blocks.length > 0) return blocks.flatMap(blockLines)
  const parts = [text(attachment.pretext), text(attachment.title), text(attachment.text)].filter((part) => part !== '')
  return (parts.length > 0 ? parts : [text(attachment.fallback)]).flatMap((part) => lines('text', mrkdwnText(part)))
}

function blockLines(block: unknown): Line[] {
  if (!isRecord(block)) return []
  switch (block.type) {
    case 'header':
      return lines('strong', textObject(block.text))
    case 'section':
      return [
        ...lines('text', textObject(block.text)),
        ...list(block.fields).flatMap((field) => lines('text', textObject(field))),
        ...elementLines(block.accessory === undefined ? [] : [block.accessory], 'text'),
      ]
    case 'context':
      return elementLines(list(block.elements), 'faint')
    case 'actions':
      return elementLines(list(block.elements), 'text')
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
function elementLines(elements: readonly unknown[], kind: Line['kind']): Line[] {
  return lines(kind, elements.map(elementText).join('  '))
}

function elementText(element: unknown): string {
  if (!isRecord(element)) return ''
  if (element.type === 'button') {
    const url = text(element.url)
    return `[ ${textObject(element.text)} ]${url === '' ? '' : ` ${url}`}`
  }
  if (element.type === 'image') return `[image: ${text(element.alt_text)}]`
  return textObject(element)
}

function textObject(object: unknown): string {
  if (!isRecord(object)) return ''
  return object.type === 'plain_text' ? plainText(text(object.text)) : mrkdwnText(text(object.text))
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
