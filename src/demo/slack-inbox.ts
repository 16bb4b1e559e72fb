/** The demo's Slack channel: it shows what it is sent, and can be made to refuse once. */

import { parseJson } from '../stand-in/json.ts'
import { toLines } from '../stand-in/slack-text.ts'
import { answer, startStandIn } from '../stand-in/stand-in.ts'
import { markColour } from '../terminal/mark-colour.ts'
import type { Inbox, Took } from './inbox.ts'
import type { Stage } from './stage.ts'

export interface SlackInbox extends Inbox {
  /** The next message is answered "too many requests". */
  refuseOnce(): void
}

export async function openSlackInbox(stage: Stage, took: Took): Promise<SlackInbox> {
  let refuse = false
  const { url, address, close } = await startStandIn((request, response) => {
    if (refuse) {
      refuse = false
      stage.note('out', 'Slack answers 429, "come back in 1 s": this demo trips it once.')
      answer(response, 429, 'rate_limited', { 'retry-after': '1' })
      return
    }
    const lines = toLines(parseJson(request.body), 'hidden')
    stage.message('Slack · #payments', lines, markColour(lines[0]?.text ?? ''))
    answer(response, 200, 'ok')
    took('slack')
  })
  return {
    env: { PAYMENTS_SLACK_URL: `${url}/services/T0/B0/demo` },
    address,
    close,
    refuseOnce: () => {
      refuse = true
    },
  }
}
