/** How many prediction requests the model servers have answered, as their metrics say. */
import type { Running } from '../stack/running.ts'

/** Of both servers together. */
export async function predictionsAnswered({ urls }: Running): Promise<number> {
  const texts = await Promise.all(
    [urls.modelServer, urls.mlApi].map(async (url) => {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })
      if (!response.ok) throw new Error(`GET ${url}/metrics was answered ${response.status}`)
      return response.text()
    }),
  )
  return texts.map(countOf).reduce((sum, count) => sum + count)
}

/** Adds up http_requests_total of the routes that predict. */
function countOf(metrics: string): number {
  const samples = metrics.matchAll(/^http_requests_total\{[^}]*endpoint="[^"]*\/predict"[^}]*\} (\S+)/gm)
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0)
}
