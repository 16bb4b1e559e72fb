/** The 150 iris flowers, read from flowers.csv, which states where they come from. */
import { readFileSync } from 'node:fs'

/** In the order of a request's `features`, all in cm. */
export const irisFeatures = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'] as const

/** The first is "class 0". */
export const irisClasses = ['setosa', 'versicolor', 'virginica'] as const

export interface Flower {
  readonly features: readonly number[]
  readonly species: (typeof irisClasses)[number]
}

export function readFlowers(): Flower[] {
  const lines = readFileSync(new URL('./flowers.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const rows = lines.filter((line) => !line.startsWith('#')).slice(1)
  return rows.map((row) => {
    const cells = row.split(',')
    const species = irisClasses.find((name) => name === cells.at(-1))
    if (species === undefined) throw new Error(`flowers.csv: ${JSON.stringify(row)} names none of the three species`)
    return { features: cells.slice(0, -1).map(Number), species }
  })
}
