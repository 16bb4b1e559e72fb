/** A mail as HTML that mail readers agree on: tables, inline styles, no image, no script, nothing fetched. */
import type { EmailAlert, EmailContent, EmailPart, Link, Pair } from './email-content.ts'
import { countText } from './time-text.ts'
import type { Tone } from './words.ts'

/** Dark enough for small text on white (WCAG AA, 4.5:1). */
const COLOURS: Readonly<Record<Tone, string>> = {
  critical: '#b3261e',
  warning: '#9a5200',
  info: '#1b5fb4',
  resolved: '#1a7136',
  missed: '#59636e',
}

const INK = '#1f2328'
const FAINT = '#59636e'
const LINE = '#d8dee4'
const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const CODE_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace"

/** One document; every text in it is escaped here and nowhere else. */
export function emailHtml(content: EmailContent): string {
  const colour = COLOURS[content.tone]
  const rows = [
    row(head(content, colour), '20px 24px 0'),
    row(facts(content), '12px 24px 0'),
    ...content.notes.map((note) => row(noteBox(note), '12px 24px 0')),
    ...content.parts.map((part) => row(partHtml(part), '16px 24px 0')),
    content.links.length === 0 ? '' : row(content.links.map(linkHtml).join(' &nbsp; '), '16px 24px 0'),
    row(
      `<div style="border-top:1px solid ${LINE};padding-top:12px;${small}">${escapeHtml(content.footer)}</div>`,
      '20px 24px 20px',
    ),
  ]
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="supported-color-schemes" content="light">
<title>${escapeHtml(content.subject)}</title>
</head>
<body style="margin:0;padding:0;background:#f3f5f7;color:${INK};font-family:${FONT};font-size:15px;line-height:1.45">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(preview(content))}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="width:100%;background:#f3f5f7">
<tr><td align="center" style="padding:16px 8px;text-align:center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:640px;margin:0 auto;background:#ffffff;border:1px solid ${LINE};border-top:6px solid ${colour};border-radius:6px;text-align:left">
${rows.filter((each) => each !== '').join('\n')}
</table>
</td></tr>
</table>
</body>
</html>
`
}

/** Bytes that one alert of the list adds. */
export function alertSize(alert: EmailAlert): number {
  return Buffer.byteLength(alertHtml(alert))
}

/** What a list of mails shows beside the subject. */
function preview({ summary, times, parts }: EmailContent): string {
  const first = parts.flatMap(({ alerts }) => alerts.map(({ title }) => title)).find((title) => title !== '')
  return [summary === '' ? (first ?? '') : summary, times].filter((part) => part !== '').join(' · ')
}

function head({ state, title, tags }: EmailContent, colour: string): string {
  const shown = tags.map(escapeHtml).join(' &middot; ')
  return [
    `<div style="color:${colour};font-size:14px;font-weight:700">${escapeHtml(state)}</div>`,
    `<div style="font-size:21px;line-height:1.25;font-weight:700;padding-top:2px;overflow-wrap:anywhere">${escapeHtml(title)}</div>`,
    shown === '' ? '' : `<div style="${small}padding-top:2px">${shown}</div>`,
  ].join('')
}

function facts({ summary, description, times, labels }: EmailContent): string {
  return [
    summary === '' ? '' : `<div style="font-weight:600;overflow-wrap:anywhere">${escapeHtml(summary)}</div>`,
    description === '' ? '' : `<div style="padding-top:4px;overflow-wrap:anywhere">${escapeHtml(description)}</div>`,
    `<div style="${small}padding-top:6px">${escapeHtml(times)}</div>`,
    labels.length === 0 ? '' : `<div style="padding-top:6px">${pairsHtml(labels)}</div>`,
  ].join('')
}

function noteBox(note: string): string {
  return `<div style="background:#fff8e5;border-left:3px solid #d4a72c;padding:8px 12px;font-size:14px;overflow-wrap:anywhere">${escapeHtml(note)}</div>`
}

function partHtml({ heading, alerts, hidden }: EmailPart): string {
  return [
    heading === '' ? '' : `<div style="font-weight:700;padding-bottom:8px">${escapeHtml(heading)}</div>`,
    ...alerts.map(alertHtml),
    hidden > 0 ? `<div style="${small}">… ${countText(hidden)} more</div>` : '',
  ].join('\n')
}

/** The bar's colour stands for the marker of the text. */
function alertHtml({ tone, title, labels, times, links }: EmailAlert): string {
  const bar = `border-left:3px solid ${COLOURS[tone]};padding:1px 0 1px 10px;margin-bottom:10px;overflow-wrap:anywhere`
  return [
    `<div style="${bar}">`,
    title === '' ? '' : `<div style="font-weight:600">${escapeHtml(title)}</div>`,
    labels.length === 0 ? '' : `<div>${pairsHtml(labels)}</div>`,
    `<div style="${small}">${[escapeHtml(times), ...links.map(linkHtml)].join(' &nbsp; ')}</div></div>`,
  ].join('')
}

function pairsHtml(pairs: readonly Pair[]): string {
  return pairs
    .map(([name, value]) => `<code style="${codeBox}">${escapeHtml(name)}=${escapeHtml(value)}</code>`)
    .join(' ')
}

/** `href` went through `hrefOf`, so no other scheme can stand here. */
function linkHtml({ label, href }: Link): string {
  return `<a href="${escapeHtml(href)}" style="color:#0b57a4;white-space:nowrap">${escapeHtml(label)}</a>`
}

function row(html: string, padding: string): string {
  return `<tr><td style="padding:${padding}">${html}</td></tr>`
}

const small = `font-size:13px;color:${FAINT};`
const codeBox = `font-family:${CODE_FONT};font-size:13px;background:#f0f2f4;border-radius:4px;padding:1px 5px`

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}
