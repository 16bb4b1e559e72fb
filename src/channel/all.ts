/** The list of channels; adding one means one file, one line here, one test. */
import type { AllowedDestination } from './allow.ts'
import type { Channel, ChannelName } from './channel.ts'
import { guardedFetch, type Resolve } from './connect.ts'
import { slackChannel } from './slack.ts'
import { webhookChannel } from './webhook.ts'

/** All channels over one guarded fetch. `now` is epoch ms; `resolve` replaces DNS in tests. */
export function buildChannels(deps: {
  allow: readonly AllowedDestination[]
  now: () => number
  resolve?: Resolve
}): Record<ChannelName, Channel> {
  const { allow, now } = deps
  const fetch = guardedFetch(deps)
  return {
    slack: slackChannel({ fetch, allow, now }),
    webhook: webhookChannel({ fetch, now }),
  }
}
