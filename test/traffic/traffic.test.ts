/** Traffic against the real model servers: who is asked what, with which truth, and what is counted of trouble. */
import { expect, it, onTestFinished, vi } from 'vitest'
import { startTraffic, type TrafficOptions } from '../../src/traffic/traffic.ts'
import { startModelServer } from '../model-server/rig.ts'
import { sumOf } from '../model-server/samples.ts'

const waiting = { timeout: 20_000, interval: 50 }

async function listening() {
  const [iris, churn] = [startModelServer('iris'), startModelServer('churn')]
  const [modelServer, mlApi] = await Promise.all(
    [iris, churn].map(({ app }) => app.listen({ host: '127.0.0.1', port: 0 })),
  )
  return { iris, churn, urls: { modelServer: modelServer as string, mlApi: mlApi as string } }
}

function traffic(options: TrafficOptions) {
  const started = startTraffic({ rate: 200, ...options })
  onTestFinished(() => started.stop())
  return started
}

it('asks both servers, both versions of churn, and tells the truth of every prediction', async () => {
  const { iris, churn, urls } = await listening()
  const { counts, stop } = traffic({ ...urls, feedback: 1 })
  await vi.waitFor(() => {
    for (const { labelled } of [counts().iris, counts().churn]) expect(labelled).toBeGreaterThan(150)
  }, waiting)
  await stop()
  for (const { sent, answered, labelled, refused, failed, unanswered } of [counts().iris, counts().churn]) {
    expect({ answered, labelled }).toEqual({ answered: sent, labelled: sent })
    expect(refused + failed + unanswered).toBe(0)
  }
  const [ofIris, ofChurn] = [await iris.scrape(), await churn.scrape()]
  expect(sumOf(ofIris, 'predictions_total')).toBe(counts().iris.sent)
  // The truth that is told is the one that the models learned: they are mostly right.
  expect(sumOf(ofIris, 'model_accuracy')).toBeGreaterThan(0.9)
  for (const version of ['v1', 'v2']) {
    expect(sumOf(ofChurn, 'ml_predictions_total', { model_version: version })).toBeGreaterThan(counts().churn.sent / 3)
    expect(sumOf(ofChurn, 'model_accuracy', { model: `churn-${version}` })).toBeGreaterThan(0.8)
  }
  // The mix is the one they learned from, too.
  for (const scrape of [ofIris, ofChurn]) {
    const drifts = scrape.filter(({ name }) => name === 'data_drift_score').map(({ value }) => value)
    expect(Math.max(0, ...drifts)).toBeLessThan(0.2)
  }
})

it('labels a share, and none if none is asked for', async () => {
  const { urls } = await listening()
  const { counts, stop } = traffic({ ...urls, feedback: 0 })
  await vi.waitFor(() => expect(counts().iris.answered).toBeGreaterThan(50), waiting)
  await stop()
  expect(counts().iris.labelled + counts().churn.labelled).toBe(0)
})

it('counts what goes wrong, and goes on', async () => {
  const { iris, churn, urls } = await listening()
  const { counts } = traffic(urls)
  await iris.ask('POST', '/control/errors', { amount: 1 })
  await churn.ask('POST', '/control/silence', {})
  await vi.waitFor(() => {
    expect(counts().iris.failed).toBeGreaterThan(20)
    expect(counts().churn.unanswered).toBeGreaterThan(20)
  }, waiting)
  await iris.ask('DELETE', '/control/errors')
  await iris.ask('POST', '/control/invalid-features', { amount: 1 })
  await churn.ask('DELETE', '/control/silence')
  const before = counts().churn.answered
  await vi.waitFor(() => {
    expect(counts().iris.refused).toBeGreaterThan(20)
    expect(counts().churn.answered).toBeGreaterThan(before + 20)
  }, waiting)
})

it('sends nothing while it is paused', async () => {
  const { urls } = await listening()
  const { counts, pause, resume } = traffic(urls)
  await vi.waitFor(() => expect(counts().churn.answered).toBeGreaterThan(10), waiting)
  pause()
  await vi.waitFor(() => expect(counts().iris.answered).toBe(counts().iris.sent), waiting)
  const { sent } = counts().iris
  resume()
  await vi.waitFor(() => expect(counts().iris.sent).toBeGreaterThan(sent + 10), waiting)
})
