/** Causes in a destination: that of the fire-drill team fails, or refuses for good. This program plays it. */
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { answer, type StandIn, startStandIn } from '../stand-in/stand-in.ts'
import { DRILL_TEAM, raiseDrillAlert } from './alertmanager.ts'
import { type Cause, type Scene, TriggerError, type Undo } from './cause.ts'
import { openRouter, type Router } from './router.ts'

/** What it answers. Retry-After in seconds: it is tried again soon, and so told soon after it is well. */
const answers = {
  fails: { status: 503, text: 'The drill fails on purpose.', headers: { 'retry-after': '2' } },
  refuses: { status: 410, text: 'Gone.', headers: {} },
}

const SETTLE_WITHIN_MS = 120_000
const ASK_EVERY_MS = 500

export const failingReceiver = receiver('fails', 'FireDrill', 'the destination of team drill answers 503 to an alert')
export const refusingReceiver = receiver(
  'refuses',
  'FireDrillGone',
  'the destination of team drill answers 410 to an alert, so the router gives it up',
)

function receiver(how: keyof typeof answers, alert: string, does: string): Cause {
  return {
    key: `drill/${how}`,
    does,
    holds: ['drill'],
    uses: [],
    traffic: 'any',
    begin: (scene) => begin(scene, how, alert),
  }
}

async function begin(
  { running, say, signal, seconds }: Scene,
  how: keyof typeof answers,
  alert: string,
): Promise<Undo> {
  const router = openRouter(running)
  let isWell = false
  let asked = 0
  const target = await listenAt(running.urls.drill, (response) => {
    asked++
    if (isWell) return answer(response, 200, 'ok')
    const { status, text, headers } = answers[how]
    answer(response, status, text, headers)
  })
  let resolve: Undo = async () => {}
  const undo = async () => {
    isWell = true
    try {
      // While it still fires: what is over has nothing that could be told again.
      for (const { id } of await router.destinationsOf(DRILL_TEAM)) await router.redrive(id)
    } finally {
      await resolve()
        .then(() => allTold(router, alert, say))
        .finally(() => target.close())
    }
  }
  try {
    resolve = await raiseDrillAlert(running.urls.alertmanager, alert, 'A fire drill: nothing is wrong.', seconds)
    await until(() => asked > 0, signal)
  } catch (error) {
    await undo()
    throw error
  }
  return undo
}

/** At the port of `url` on this machine. */
async function listenAt(url: string, respond: (response: ServerResponse) => void): Promise<StandIn> {
  try {
    return await startStandIn((_received, response) => respond(response), Number(new URL(url).port))
  } catch (cause) {
    throw new TriggerError(`${url}, where the router sends the drill, is taken: does another trigger run?`, { cause })
  }
}

async function until(isAsked: () => boolean, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + SETTLE_WITHIN_MS
  while (!isAsked()) {
    if (Date.now() > deadline) throw new TriggerError(notReached)
    await pause(ASK_EVERY_MS, undefined, { signal })
  }
}

const notReached =
  'The alert of the drill did not come to its destination: the router needs teams/drill.yml, its secret webhook-url, and the address in ALLOW_DESTINATIONS.'

/** So that nothing is left waiting when this program stops listening. */
async function allTold(router: Router, alert: string, say: Scene['say']): Promise<void> {
  const deadline = Date.now() + SETTLE_WITHIN_MS
  while (Date.now() < deadline) {
    const waiting = (await router.destinationsOf(DRILL_TEAM)).reduce((sum, { pending }) => sum + pending, 0)
    if (waiting === 0 && !(await router.owesDrill(DRILL_TEAM, alert))) return
    await pause(ASK_EVERY_MS)
  }
  say('The router still has something to say to the drill; it will fail again until somebody listens there.')
}
