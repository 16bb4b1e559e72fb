/** A cause in the router: webhooks come with a token that it does not know. */
import { type Cause, type Scene, TriggerError } from './cause.ts'

const REPEAT_MS = 1_000

export const wrongToken: Cause = {
  key: 'router/wrong-token',
  does: 'webhooks are posted with a wrong token, one a second',
  holds: ['router/wrong-token'],
  uses: [],
  traffic: 'any',
  begin: async (scene) => {
    await post(scene)
    const posting = setInterval(() => {
      post(scene).catch((error: unknown) => scene.say((error as Error).message))
    }, REPEAT_MS)
    return async () => clearInterval(posting)
  },
}

async function post({ running }: Scene): Promise<void> {
  const response = await fetch(`${running.urls.router}/api/v1/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer wrong-on-purpose-0123456789' },
    body: '{}',
    signal: AbortSignal.timeout(10_000),
  })
  if (response.status === 401 || response.status === 403) return
  throw new TriggerError(
    `A webhook with a wrong token was answered ${response.status} instead of 401: ${await response.text()}`,
  )
}
