/** The demo's programs behind webhooks: one of team payments that verifies signatures, and one that operators look at. */
import { randomBytes } from 'node:crypto'
import { isRecord, list, parseJson, text } from '../stand-in/json.ts'
import { signatureFault } from '../stand-in/signature.ts'
import { answer, type Received, startStandIn } from '../stand-in/stand-in.ts'
import type { Inbox, Place, Took } from './inbox.ts'
import type { Stage } from './stage.ts'

export function openWebhookInbox(stage: Stage, took: Took): Promise<Inbox> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  const open = { place: 'webhook', variable: 'PAYMENTS_WEBHOOK_URL', env: { PAYMENTS_WEBHOOK_SECRET: secret } } as const
  return openInbox(open, (request) => stage.note('out', webhookNote(request, secret)), took)
}

/** What belongs to no team, and what the router says about itself, where its team could not be told. */
export function openOperatorsInbox(stage: Stage, took: Took): Promise<Inbox> {
  const open = { place: 'operators', variable: 'DEFAULT_WEBHOOK_URL', env: {} } as const
  return openInbox(open, (request) => stage.note('out', operatorsNote(parseJson(request.body))), took)
}

interface Opened {
  readonly place: Place
  /** Of its URL. */
  readonly variable: string
  readonly env: Readonly<Record<string, string>>
}

async function openInbox(opened: Opened, show: (request: Received) => void, took: Took): Promise<Inbox> {
  const { url, address, close } = await startStandIn((request, response) => {
    show(request)
    answer(response, 200, '')
    took(opened.place)
  })
  return { env: { ...opened.env, [opened.variable]: `${url}/alerts` }, address, close }
}

function webhookNote(request: Received, secret: string): string {
  const payload = parseJson(request.body)
  const { status, alerts } = isRecord(payload) ? payload : {}
  const count = list(alerts).length
  const fault = signatureFault(request, secret, Date.now())
  const signed = fault === null ? 'signature verified' : `signature refused: ${fault}`
  return `Webhook gets JSON: ${text(status)}, ${count} alert${count === 1 ? '' : 's'}, ${signed}.`
}

/** One sentence for each alert: its own summary, else its name. */
function operatorsNote(payload: unknown): string {
  const { status, alerts } = isRecord(payload) ? payload : {}
  const said = list(alerts).map((alert) => {
    const { labels, annotations } = isRecord(alert) ? alert : {}
    const summary = isRecord(annotations) ? text(annotations.summary) : ''
    return summary || (isRecord(labels) ? text(labels.alertname) : '')
  })
  return `The operators' webhook gets JSON: ${text(status)}, "${said.join('", "')}"`
}
