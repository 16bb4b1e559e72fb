/** How every metric of the router is named. */
import type { Registry } from '@prometheus-io/client'

/** The options of one metric; label values come from the configuration or from fixed lists, never from alerts. */
export type Named = <Label extends string>(
  name: string,
  help: string,
  ...labelNames: Label[]
) => { name: string; help: string; labelNames: Label[]; registers: Registry[] }

export function namedIn(registry: Registry): Named {
  return (name, help, ...labelNames) => ({ name: `alertrouter_${name}`, help, labelNames, registers: [registry] })
}
