/** Gauges that are worked out anew at each scrape. */
import { Gauge, type Registry } from '@prometheus-io/client'

/** Sets one series; null leaves it out, which says more than 0 where nothing is known yet. */
export type SetSeries<Label extends string> = (labels: Record<Label, string>, value: number | null) => void

/** `read` is called at each scrape. Series that it does not set are gone. */
export function readGauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: (set: SetSeries<Label>) => void,
): void {
  new Gauge<string>({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      read((labels, value) => {
        if (value !== null) this.set(labels, value)
      })
    },
  })
}
