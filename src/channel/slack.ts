/** Slack by incoming webhook: one message per notification, classified by what Slack answered. */
import { type FetchFunction, IncomingWebhook, IncomingWebhookRequestError } from '@slack/webhook'
import { type AllowedDestination, isAllowedDestination } from './allow.ts'
import type { Channel, Endpoint, Message, Receipt } from './channel.ts'
import type { GuardedFetch } from './connect.ts'
import { receiptOfFailure, safeDetail } from './receipt.ts'
import { retryAfterMs } from './retry-after.ts'
import { classifySlackAnswer } from './slack-answer.ts'
import type { SlackPayload } from './slack-blocks.ts'
import { plainSlack, renderSlack } from './slack-message.ts'

/** Incoming webhooks, workflow webhooks and triggers, of slack.com and of GovSlack. */
const HOOK_URL = /^https:\/\/hooks\.slack(-gov)?\.com\/(services|workflows|triggers)\/[^/]/

/**
 * Slack offers no idempotency key and one message a second per channel (https://docs.slack.dev/apis/web-api/rate-limits),
 * so one attempt at a time. `now` is epoch ms, for Retry-After dates. Hosts of `allow` may stand in for Slack.
 */
export function slackChannel(deps: {
  fetch: GuardedFetch
  allow: readonly AllowedDestination[]
  now: () => number
}): Channel {
  return {
    name: 'slack',
    maxInFlight: 1,
    pace: { burst: 3, everyMs: 1_000 },
    async send(message: Message, endpoint: Endpoint, signal: AbortSignal): Promise<Receipt> {
      if (!isHookUrl(endpoint.address, deps.allow)) return notAHook
      const post = (payload: SlackPayload | { text: string }) => postOnce(payload, endpoint, signal, deps)
      const receipt = await post(renderSlack(message))
      if (receipt.outcome !== 'permanent' || receipt.about !== 'payload') return receipt
      // Slack took nothing of it, so a second try repeats nothing; better a plain message than none.
      const plain = await post(plainSlack(message))
      return { ...plain, detail: `${plain.detail} (as plain text, after: ${receipt.detail})` }
    },
  }
}

const notAHook: Receipt = {
  outcome: 'permanent',
  status: null,
  detail: 'not a Slack webhook URL: it must begin with https://hooks.slack.com/services/, /workflows/ or /triggers/',
  retryAfterMs: null,
  about: 'destination',
}

function isHookUrl(text: string, allow: readonly AllowedDestination[]): boolean {
  const url = URL.parse(text)
  return url !== null && (HOOK_URL.test(url.href) || isAllowedDestination(url, allow))
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly retryAfter: string | null
}

async function postOnce(
  payload: SlackPayload | { text: string },
  endpoint: Endpoint,
  signal: AbortSignal,
  deps: { fetch: GuardedFetch; now: () => number },
): Promise<Receipt> {
  try {
    const { status, body, retryAfter } = await answerTo(payload, endpoint.address, signal, deps.fetch)
    return {
      ...classifySlackAnswer(status, body),
      status,
      detail: safeDetail(`${status} ${body}`, endpoint),
      retryAfterMs: retryAfterMs(retryAfter, deps.now()),
    }
  } catch (error) {
    return receiptOfFailure(error, endpoint)
  }
}

/**
 * The library builds the request, but it takes any 200 for success and hides the answer's headers. So our fetch keeps the
 * answer and tells the library that all is well; what it still throws is a request without an answer.
 */
async function answerTo(
  payload: SlackPayload | { text: string },
  url: string,
  signal: AbortSignal,
  send: GuardedFetch,
): Promise<Answer> {
  const answers: Answer[] = []
  const fetch: FetchFunction = async (target, init) => {
    const request = { method: 'POST', headers: { ...init?.headers }, body: String(init?.body), signal }
    const response = await send(target, request)
    // A body that breaks off is no `ok`; the status still speaks for itself.
    const body = await response.text().catch(() => '')
    answers.push({ status: response.status, body, retryAfter: response.headers.get('retry-after') })
    return new Response(body)
  }
  try {
    await new IncomingWebhook(url, { fetch }).send({ ...payload, unfurl_links: false, unfurl_media: false })
  } catch (error) {
    throw error instanceof IncomingWebhookRequestError ? error.original : error
  }
  const [answer] = answers
  if (answer === undefined) throw new Error('@slack/webhook sent nothing and reported nothing')
  return answer
}
