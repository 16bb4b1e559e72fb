/** Runs triggers side by side where their causes allow it: each cause begins as soon as none that lasts excludes it. */
import { type Cause, exclude } from '../../src/trigger/cause.ts'
import type { Trigger } from '../../src/trigger/triggers.ts'

/** Triggers that share a cause are one task, begun in the order given. Every trigger gets the promise of its task's result. */
export function schedule<Result>(
  triggers: readonly Trigger[],
  run: (together: readonly Trigger[]) => Promise<Result>,
): ReadonlyMap<Trigger, Promise<Result>> {
  const running = new Set<Cause>()
  const waiting = [...Map.groupBy(triggers, ({ cause }) => cause.key).values()].map((together) => ({
    together,
    done: Promise.withResolvers<Result>(),
  }))
  const results = new Map(waiting.flatMap(({ together, done }) => together.map((one) => [one, done.promise] as const)))

  const beginAllowed = () => {
    for (const task of [...waiting]) {
      const { cause } = task.together[0] as Trigger
      if ([...running].some((other) => exclude(cause, other))) continue
      running.add(cause)
      waiting.splice(waiting.indexOf(task), 1)
      run(task.together)
        .then(task.done.resolve, task.done.reject)
        .finally(() => {
          running.delete(cause)
          beginAllowed()
        })
    }
  }
  beginAllowed()
  return results
}
