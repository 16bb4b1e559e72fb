/** Who is told in the stead of a destination that cannot be reached, and when that is over. */
import { type GroupConfig, type GroupState, hearing, withTold } from './state.ts'
import { toldNothing } from './told.ts'

/** The state, and whose part in it changed: each of them is to be decided anew. */
interface Changed {
  readonly state: GroupState
  readonly ids: readonly number[]
}

/**
 * Lets those in `to` hear the news from here on, as far as the documents know them as fallbacks and they do not hear it
 * already. They are owed the end like anybody who was told.
 */
export function callFallback(
  state: GroupState,
  { destination, to }: { readonly destination: number; readonly to: readonly number[] },
  config: GroupConfig,
): Changed {
  const ids = to.filter((id) => {
    const known = config.fallbacks.some((fallback) => fallback.id === id)
    return known && id !== destination && hearing(config, id, state.told.get(id)) === undefined
  })
  return { state: ids.reduce((so, id) => withFallbackFor(so, id, destination), state), ids }
}

/**
 * Nobody is told any more in the stead of `back`, nor of a destination that hears no news itself: what waits there is
 * withdrawn, what was told firing will be told resolved.
 */
export function relieve(state: GroupState, back: number | null, config: GroupConfig): Changed {
  const ids = [...state.told].flatMap(([id, { fallbackFor }]) => {
    if (fallbackFor === null) return []
    const isOver = fallbackFor === back || hearing(config, fallbackFor, state.told.get(fallbackFor)) === undefined
    return isOver ? [id] : []
  })
  if (ids.length === 0) return { state, ids }
  // One that was called in the stead of a fallback goes with it.
  const more = relieve(
    ids.reduce((so, id) => withFallbackFor(so, id, null), state),
    back,
    config,
  )
  return { state: more.state, ids: [...ids, ...more.ids] }
}

function withFallbackFor(state: GroupState, id: number, fallbackFor: number | null): GroupState {
  return withTold(state, id, { ...(state.told.get(id) ?? toldNothing), fallbackFor })
}
