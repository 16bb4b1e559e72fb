/** Who is told in the stead of a destination that cannot be reached, and when that is over. */
import { type GroupConfig, type GroupState, hearing, withTold } from './state.ts'
import { type Told, toldNothing } from './told.ts'

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
  // What a destination without a place here is owed concerns nobody else.
  if (hearing(config, destination, state.told.get(destination)) === undefined) return { state, ids: [] }
  const ids = to.filter((id) => {
    const known = config.fallbacks.some((fallback) => fallback.id === id)
    return known && id !== destination && hearing(config, id, state.told.get(id)) === undefined
  })
  return { state: ids.reduce((so, id) => withFallbackFor(so, id, destination), state), ids }
}

/**
 * Nobody is told any more in the stead of `back`, nor of a destination that hears no news itself: what waits there is
 * withdrawn, what was told firing will be told resolved. Where another destination of the group is behind as well, the
 * fallback goes on in that one's stead.
 */
export function relieve(state: GroupState, back: number | null, config: GroupConfig): Changed {
  const over = [...state.told].filter(([, { fallbackFor }]) => {
    if (fallbackFor === null) return false
    return fallbackFor === back || hearing(config, fallbackFor, state.told.get(fallbackFor)) === undefined
  })
  if (over.length === 0) return { state, ids: [] }
  const behind = config.destinations.find(({ id }) => id !== back && isBehind(state.told.get(id)))?.id ?? null
  const next = over.reduce((so, [id]) => withFallbackFor(so, id, behind), state)
  if (behind !== null) return { state: next, ids: [] }
  // One that was called in the stead of a fallback goes with it.
  const more = relieve(next, back, config)
  return { state: more.state, ids: [...over.map(([id]) => id), ...more.ids] }
}

/** Something waits for it, or was given up and would be told it if somebody tried again. */
function isBehind(told: Told | undefined): boolean {
  return told !== undefined && (told.live !== null || told.deadUpto > 0)
}

function withFallbackFor(state: GroupState, id: number, fallbackFor: number | null): GroupState {
  return withTold(state, id, { ...(state.told.get(id) ?? toldNothing), fallbackFor })
}
