/**
 * Makes alerts fire through the running stack, and lets them end.
 *
 *     const drill = await startDrill(triggers, running, { report: console.log })
 *     drill.results()            // who fired after how long, and who was told
 *     await drill.end()          // ends the causes; the same results with the other half
 */
import { setTimeout as pause } from 'node:timers/promises'
import { openPrometheus, type Prometheus, type Rule } from '../stack/prometheus-api.ts'
import type { Running } from '../stack/running.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { type Cause, exclude, type Scene, TriggerError, type Undo } from './cause.ts'
import { Course, type Result } from './course.ts'
import { durationsOf } from './durations.ts'
import { checkReachable } from './reachable.ts'
import type { Report } from './report.ts'
import { openRouter, type Router } from './router.ts'
import { type OpenTraffic, openTraffic } from './traffic-control.ts'
import type { Trigger } from './triggers.ts'

export interface Options {
  /** Ends waiting with its reason; whatever was begun is undone first. */
  readonly signal?: AbortSignal
  /** Hears of every step. */
  readonly report?: Report
  /** Traffic of this process. Without it: that of whoever sends some, or our own. */
  readonly traffic?: Pick<Traffic, 'pause' | 'resume'>
  /** How long an alert may take to fire, and to end; by default what its rule takes and a minute. */
  readonly patienceMs?: number
}

/** Alerts that fire because of us. */
export interface Drill {
  results(): readonly Result[]
  /** Undoes every cause, also when the signal has aborted; then waits until all is over and told. */
  end(): Promise<readonly Result[]>
}

const LOOK_EVERY_MS = 500
const SLACK_MS = 60_000

/**
 * Begins the causes of all triggers, which must not exclude each other (`rounds`), and resolves when every alert has fired
 * and been told, or has taken too long: then its result has a `problem`. Rejects with a TriggerError when the stack does not
 * answer, when a cause cannot begin, or when the signal aborts; then nothing is left begun.
 */
export async function startDrill(
  triggers: readonly Trigger[],
  running: Running,
  options: Options = {},
): Promise<Drill> {
  const { report = () => {}, signal = new AbortController().signal, traffic: given = null } = options
  const causes = [...new Map(triggers.map(({ cause }) => [cause.key, cause])).values()]
  refuseExcluding(causes)
  await checkReachable(running, causes)
  const prometheus = openPrometheus(running.urls.prometheus)
  const router = openRouter(running)
  const rules = await prometheus.rules()
  // A wrong token would be found out only when the alert fires, and then be waited for.
  await router.checkToken()
  const courses = triggers.map((trigger) => {
    return new Course(trigger, options.patienceMs ?? patienceOf(trigger, rules), report)
  })
  const say = (sentence: string) => report({ what: 'note', text: sentence })
  const traffic = openTraffic({ running, say, signal, given })
  const longest = Math.max(...courses.map(({ patience }) => patience))
  const scene = { running, say, signal, traffic, seconds: (2 * longest) / 1_000 + 300 }
  const watching = { prometheus, router, signal }

  const undos: Undo[] = []
  const undoAll = () => undoEach(undos)
  try {
    await setTraffic(causes, traffic)
    for (const cause of causes) await cause.clear?.(running)
    await quiet(courses, watching)
    for (const cause of causes) {
      report({ what: 'begins', text: cause.does })
      undos.push(await cause.begin(scene))
    }
    const began = Date.now()
    for (const course of courses) course.begin(began)
    await watch(courses, (course) => course.hasFired, watching)
  } catch (error) {
    await undoAll().finally(() => traffic.restore())
    throw error
  }
  return {
    results: () => courses.map((course) => course.result()),
    end: async () => {
      try {
        for (const { does, always } of causes) if (always !== true) report({ what: 'ends', text: does })
        const ended = Date.now()
        await undoAll()
        for (const course of courses) course.end(ended)
        await watch(courses, (course) => course.hasEnded, watching)
        return courses.map((course) => course.result())
      } finally {
        await traffic.restore()
      }
    },
  }
}

function refuseExcluding(causes: readonly Cause[]): void {
  for (const one of causes) {
    const other = causes.find((cause) => exclude(one, cause))
    if (other !== undefined) throw new TriggerError(`These exclude each other: ${one.does}; ${other.does}.`)
  }
}

function patienceOf({ alert, severity }: Trigger, rules: readonly Rule[]): number {
  const durations = durationsOf(alert, severity, rules)
  if (durations !== null) return (durations.window + durations.for) * 1_000 + SLACK_MS
  throw new TriggerError(
    `Prometheus has no rule ${alert} with severity ${severity}: does it run with prometheus/rules?`,
  )
}

async function setTraffic(causes: readonly Cause[], traffic: OpenTraffic): Promise<void> {
  if (causes.some((cause) => cause.traffic === 'flowing')) await traffic.flow()
  else if (causes.some((cause) => cause.traffic === 'held')) await traffic.hold()
}

interface Watching extends Pick<Scene, 'signal'> {
  readonly prometheus: Prometheus
  readonly router: Router
}

/** What fires already for another reason cannot be told from what we make fire. */
async function quiet(courses: readonly Course[], watching: Watching): Promise<void> {
  await watch(courses, (course) => course.isQuiet, watching)
  const loud = courses.filter((course) => !course.isQuiet)
  if (loud.length === courses.length) {
    throw new TriggerError(
      `${loud.map(({ name }) => name).join(', ')}: fires already: another trigger does that, or one that was killed (then it ends within minutes), or there is a reason to mend first.`,
    )
  }
}

/** Looks at Prometheus and the router until each course is through, or its patience ends. */
async function watch(courses: readonly Course[], isThrough: (course: Course) => boolean, watching: Watching) {
  const { prometheus, router, signal } = watching
  const began = Date.now()
  for (;;) {
    signal.throwIfAborted()
    const alerts = await prometheus.alerts()
    for (const course of courses) await course.look(alerts, router)
    const isOver = (course: Course) => isThrough(course) || Date.now() - began > course.patience
    if (courses.every(isOver)) return
    await pause(LOOK_EVERY_MS, undefined, { signal })
  }
}

/** All at once, each whatever becomes of the others; throws the first error afterwards. A second call finds none. */
async function undoEach(undos: Undo[]): Promise<void> {
  const settled = await Promise.allSettled(undos.splice(0).map((undo) => undo()))
  const failed = settled.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
