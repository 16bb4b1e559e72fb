/** How many prediction requests the model servers have answered, as their metrics say. */
import type { Running } from '../stack/running.ts'
import { ask } from './ask.ts'

/** Of both servers together. */
export async function predictionsAnswered({ urls }: Running): Promise<number> {
  const texts = await Promise.all([urls.modelServer, urls.mlApi].map((url) => ask('GET', `${url}/metrics`)))
  return texts.map(countOf).reduce((sum, count) => sum + count)
}

/** Adds up http_requests_total of the routes that predict. */
function countOf(metrics: string): number {
  const samples = metrics.matchAll(/^http_requests_total\{[^}]*endpoint="[^"]*\/predict"[^}]*\} (\S+)/gm)
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0)
}
