/** The few forms of PromQL that the panels are made of. */

/** `by` keeps these labels: `sum by (code) (rate(requests_total{job="x"}[$__rate_interval]))`. */
export function rate(counter: string, by: readonly string[] = []): string {
  return `sum${clause(by)} (rate(${counter}[$__rate_interval]))`
}

/** How much a counter grew in the time that the dashboard shows. */
export function inRange(counter: string, by: readonly string[] = []): string {
  return `sum${clause(by)} (increase(${counter}[$__range]))`
}

/** `part` of `whole`, both expressions; absent where there is nothing to be a part of, instead of 0/0. */
export function share(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`
}

interface Grouping {
  /** Labels that are kept. */
  readonly by?: readonly string[]
  /** What is looked back over; longer than usual for what happens seldom. */
  readonly window?: string
}

/** A quantile (0..1) of a histogram, named without `_bucket`. */
export function quantile(q: number, histogram: string, selector: string, grouping: Grouping = {}): string {
  const { by = [], window = '$__rate_interval' } = grouping
  const buckets = `sum by (${['le', ...by].join(', ')}) (rate(${histogram}_bucket{${selector}}[${window}]))`
  return `histogram_quantile(${q}, ${buckets})`
}

/** The mean of a histogram or summary, named without `_sum`. */
export function mean(histogram: string, selector: string, grouping: Grouping = {}): string {
  const { by = [], window = '$__rate_interval' } = grouping
  const grown = (part: string) => `sum${clause(by)} (increase(${histogram}_${part}{${selector}}[${window}]))`
  return share(grown('sum'), grown('count'))
}

function clause(by: readonly string[]): string {
  return by.length === 0 ? '' : ` by (${by.join(', ')})`
}
