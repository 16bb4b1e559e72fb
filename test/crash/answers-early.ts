/** Plants a fault for the kill loop to find: loaded before the program, it makes ingest answer before the commit. */
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith('/src/alert/http.ts')) return loaded
    const source = String(loaded.source)
    const planted = source.replace(/await ingest\(([^()]*)\)/, 'answerAtOnce(ingest($1).then(() => wake()))')
    if (planted === source) throw new Error('src/alert/http.ts awaits ingest in another way: plant the fault anew')
    return { ...loaded, source: planted + answerAtOnce }
  },
})

const answerAtOnce = `
function answerAtOnce(kept: Promise<unknown>) {
  kept.catch(() => {})
  return { opened: 0, closed: 0, repeated: 0, quarantined: 0, mismatched: 0, lifetimesMs: [] }
}
`
