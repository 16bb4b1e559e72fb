/** The list of channels; adding one means one file, one line here, one test. */
import type { AllowedDestination } from './allow.ts'
import type { Channel, ChannelName } from './channel.ts'
import { guardedFetch } from './connect.ts'
import { emailChannel, type MailSettings } from './email.ts'
import { buildGuard, type Resolve } from './guard.ts'
import { pagerDutyChannel } from './pagerduty.ts'
import { slackChannel } from './slack.ts'
import { webhookChannel } from './webhook.ts'

/** All channels over one guarded fetch and one mail server, if there is any. `now` is epoch ms; `resolve` replaces DNS in tests. */
export function buildChannels(deps: {
  allow: readonly AllowedDestination[]
  now: () => number
  mail?: MailSettings
  resolve?: Resolve
}): Record<ChannelName, Channel> {
  const { allow, now } = deps
  const guard = buildGuard(deps)
  const fetch = guardedFetch(guard)
  return {
    slack: slackChannel({ fetch, allow, now }),
    email: emailChannel(deps.mail ?? { server: null, from: null, domains: null }),
    pagerduty: pagerDutyChannel({ guard, allow, now }),
    webhook: webhookChannel({ fetch, now }),
  }
}
