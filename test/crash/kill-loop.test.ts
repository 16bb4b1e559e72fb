/** Promise 1 on a real process: whatever was accepted is kept and told through kill -9, at every instant that differs. */
import { expect, it } from 'vitest'
import { runCampaign, summary } from './campaign.ts'
import { windows } from './evidence.ts'

const KILLS = 30
const PER_WINDOW = 5
const ENTRY = new URL('./answers-early.ts', import.meta.url).href

it('loses nothing and tells the truth through kill -9 in every window', { timeout: 150_000 }, async () => {
  const options = { preload: null, kills: KILLS, perWindow: PER_WINDOW, budgetMs: 70_000, untilLost: false }
  const verdict = await runCampaign(options)
  console.log(`kill loop: ${summary(verdict)}`)
  expect(verdict.details).toEqual([])
  expect({ lost: verdict.lost, wrong: verdict.wrong, tooMany: verdict.tooMany, integrity: verdict.integrity }).toEqual({
    lost: 0,
    wrong: [],
    tooMany: [],
    integrity: 'ok',
  })
  expect(verdict.accepted).toBeGreaterThan(0)
  expect(verdict.messages).toBeGreaterThan(0)
  expect(verdict.kills).toBeGreaterThanOrEqual(KILLS)
  for (const window of windows) expect(verdict.hits[window], window).toBeGreaterThanOrEqual(PER_WINDOW)
})

it('finds a program that answers before the commit', { timeout: 110_000 }, async () => {
  const options = { preload: ENTRY, kills: 30, perWindow: 0, budgetMs: 15_000, untilLost: true }
  const verdict = await runCampaign(options)
  console.log(`kill loop, planted fault: ${summary(verdict)}`)
  expect(verdict.lost).toBeGreaterThan(0)
})
