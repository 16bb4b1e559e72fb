/** The rules of prometheus/rules/, as the files say them. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface ShippedAlert {
  readonly alert: string
  readonly expr: string
  /** Absent for one that fires at once. */
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface ShippedRecord {
  readonly record: string
  readonly expr: string
}

const folder = 'prometheus/rules'

/** The files, without `.yml`. */
export function ruleFiles(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'))
  return files.map((file) => file.replace(/\.yml$/, ''))
}

/** In order of file and position. */
export function shippedRules(): (ShippedAlert | ShippedRecord)[] {
  return ruleFiles().flatMap((file) => {
    const { groups } = parse(readFileSync(`${folder}/${file}.yml`, 'utf8')) as {
      groups: { rules: (ShippedAlert | ShippedRecord)[] }[]
    }
    return groups.flatMap(({ rules }) => rules)
  })
}

/** An alertname with two severities comes twice. */
export function shippedAlerts(): ShippedAlert[] {
  return shippedRules().filter((rule) => 'alert' in rule)
}
