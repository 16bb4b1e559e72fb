/** The limits of alerts as the coloured steps of a panel. */
import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Limit } from './limit.ts'

const colours: Readonly<Record<Limit['severity'], string>> = { critical: 'red', warning: 'orange', info: 'blue' }

/** `fine` is the colour where nothing fires. All limits look into one direction. */
export function thresholdsOf(chosen: readonly Limit[], fine: 'green' | 'transparent'): ThresholdsConfigBuilder {
  const above = chosen.filter((limit) => limit.above !== undefined)
  if (above.length > 0 && above.length < chosen.length) {
    throw new Error('Alerts above and below a limit cannot be drawn in one panel.')
  }
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(above.length > 0 || chosen.length === 0 ? stepsUp(above, fine) : stepsDown(chosen, fine))
}

/** A step begins at its value, where an alert begins beyond it: that matters to what counts. */
function stepsUp(chosen: readonly Limit[], fine: string): Threshold[] {
  const steps = chosen.map(({ above = 0, whole, severity }) => ({
    value: whole ? above + 1 : above,
    color: colours[severity],
  }))
  return [{ value: null, color: fine }, ...steps.toSorted((a, b) => a.value - b.value)]
}

/** Each colour holds from the limit below it on; the lowest of them has no end. */
function stepsDown(chosen: readonly Limit[], fine: string): Threshold[] {
  const sorted = chosen.toSorted((a, b) => (a.below ?? 0) - (b.below ?? 0))
  return [
    ...sorted.map(({ severity }, n) => ({ value: sorted[n - 1]?.below ?? null, color: colours[severity] })),
    { value: sorted.at(-1)?.below ?? 0, color: fine },
  ]
}
