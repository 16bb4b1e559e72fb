/** What is told while triggers run. */
import type { Destination } from './router.ts'

/**
 * `afterMs` counts from when the causes began, or ended. `since` is epoch ms: `waits` for an alert
 * that was active before, `fires` for one that always does. `alert` is as people write it: `SloErrors (warning)`.
 */
export type Step =
  | { readonly what: 'note' | 'begins' | 'ends'; readonly text: string }
  | { readonly what: 'waits' | 'fires'; readonly alert: string; readonly since: number }
  | { readonly what: 'pending' | 'firing' | 'resolved'; readonly alert: string; readonly afterMs: number }
  | {
      readonly what: 'told-firing' | 'told-resolved'
      readonly alert: string
      readonly afterMs: number
      readonly destinations: readonly Destination[]
    }

export type Report = (step: Step) => void
