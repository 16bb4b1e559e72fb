/** What makes alerts fire: something really done to the running stack, and undone again. */
import type { Running } from '../stack/running.ts'

/** What a cause may use while it lasts. */
export interface Scene {
  readonly running: Running
  /** Told to the person at the terminal. */
  readonly say: (sentence: string) => void
  /** Aborts waiting; what was begun is undone all the same. */
  readonly signal: AbortSignal
  readonly traffic: TrafficControl
  /** What ends by itself should last this long. */
  readonly seconds: number
}

/** Requests to the model servers, whoever sends them. */
export interface TrafficControl {
  /** Resolves when predictions are asked for. */
  flow(): Promise<void>
  /** Resolves when nothing is asked any more. */
  hold(): Promise<void>
}

/** Takes back what was begun. Not interrupted by the scene's signal, and done once. */
export type Undo = () => Promise<void>

/** A part of the stack that only one cause may hold; `a` also covers `a/b`, and the empty one everything. */
export type Part = string

export interface Cause {
  /** Two triggers with the same key share the cause: it is begun once. */
  readonly key: string
  /** What is done, as half a sentence. */
  readonly does: string
  readonly holds: readonly Part[]
  /** Which programs it needs beside Prometheus, Alertmanager and the router. */
  readonly uses: readonly (keyof Running['urls'])[]
  /** How traffic has to be before it begins. */
  readonly traffic: 'flowing' | 'held' | 'any'
  /** The router cannot hear or tell while it lasts; whoever should know is told afterwards. */
  readonly deafens?: true
  /** Nothing begins and nothing ends: the alert fires anyway. */
  readonly always?: true
  /** Removes what an earlier run left that was killed, and what would not end by itself. */
  clear?(running: Running): Promise<void>
  begin(scene: Scene): Promise<Undo>
}

/** Something that the person at the terminal has to set right; the message says what. */
export class TriggerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TriggerError'
  }
}

/** Whether both cannot go on at once. */
export function exclude(a: Cause, b: Cause): boolean {
  if (a.key === b.key) return false
  if (a.traffic !== b.traffic && a.traffic !== 'any' && b.traffic !== 'any') return true
  return a.holds.some((one) => b.holds.some((other) => covers(one, other) || covers(other, one)))
}

function covers(whole: Part, part: Part): boolean {
  return whole === '' || part === whole || part.startsWith(`${whole}/`)
}
