/** Which faults are on. Each ends by itself. */
import type { Clock } from '../clock.ts'
import { type FaultName, faults } from './faults.ts'

/** `version`: null means every model of the server. `until` is epoch ms. */
export interface ActiveFault {
  readonly amount: number
  readonly version: string | null
  readonly until: number
}

/** Puts a burden on the machine for so long at most; its answer takes it off again. */
export type Burden = (amount: number, seconds: number) => () => void

interface Running extends ActiveFault {
  readonly stop: () => void
}

export class FaultBoard {
  readonly #clock: Clock
  readonly #burdens: Partial<Readonly<Record<FaultName, Burden>>>
  readonly #running = new Map<FaultName, Running>()

  /** `burdens`: the faults that do more than stand here to be asked for. */
  constructor(clock: Clock, burdens: Partial<Readonly<Record<FaultName, Burden>>> = {}) {
    this.#clock = clock
    this.#burdens = burdens
  }

  /** 0 while the fault is off. `version` asks for one model. */
  amount(name: FaultName, version: string | null = null): number {
    const running = this.#running.get(name)
    if (running === undefined) return 0
    return running.version === null || running.version === version ? running.amount : 0
  }

  active(name: FaultName): ActiveFault | null {
    return this.#running.get(name) ?? null
  }

  /** Replaces the fault if it is on already. Throws an InputError when the machine cannot take it. */
  start(name: FaultName, amount: number, seconds: number, version: string | null): void {
    this.stop(name)
    const lift = this.#burdens[name]?.(amount, seconds)
    const cancel = this.#clock.setTimer(seconds * 1000, () => this.stop(name))
    const stop = () => {
      cancel()
      lift?.()
    }
    this.#running.set(name, { amount, version, until: this.#clock.now() + seconds * 1000, stop })
  }

  stop(name: FaultName): void {
    this.#running.get(name)?.stop()
    this.#running.delete(name)
  }

  stopAll(): void {
    for (const name of Object.keys(faults) as FaultName[]) this.stop(name)
  }
}
