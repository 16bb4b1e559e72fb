/** How good predictions were, once the truth is known. */

export interface Labelled {
  readonly prediction: string
  readonly truth: string
}

/** null where nothing can be said: no such prediction, or no such truth. */
export interface ClassScores {
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
}

/** Share that was right; null when nothing is labelled. */
export function accuracyOf(labelled: readonly Labelled[]): number | null {
  return share(labelled.filter(({ prediction, truth }) => prediction === truth).length, labelled.length)
}

/**
 * Of one class. Precision: of those predicted so, how many were. Recall: of those that were, how many were predicted so.
 * F1 is their harmonic mean, 0 when none was found at all.
 */
export function scoresOf(name: string, labelled: readonly Labelled[]): ClassScores {
  const predicted = labelled.filter(({ prediction }) => prediction === name)
  const found = predicted.filter(({ truth }) => truth === name).length
  const real = labelled.filter(({ truth }) => truth === name).length
  return {
    precision: share(found, predicted.length),
    recall: share(found, real),
    f1: share(2 * found, predicted.length + real),
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
