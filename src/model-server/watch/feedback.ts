/** The latest predictions, kept until somebody tells what the truth was. */
import type { Model } from '../model.ts'

/** What is older than so many predictions is forgotten: its label comes too late. */
const REMEMBERED = 10_000

export interface Remembered {
  readonly model: Model
  readonly prediction: string
}

export class Feedback {
  readonly #predictions = new Map<string, Remembered>()

  remember(id: string, prediction: Remembered): void {
    this.#predictions.set(id, prediction)
    for (const oldest of this.#predictions.keys()) {
      if (this.#predictions.size <= REMEMBERED) break
      this.#predictions.delete(oldest)
    }
  }

  find(id: string): Remembered | null {
    return this.#predictions.get(id) ?? null
  }

  /** Each prediction is labelled once. */
  forget(id: string): void {
    this.#predictions.delete(id)
  }
}
