/** What the log keeps of an answer: short, plain, and without a trace of the destination's secrets. */
import { expect, it } from 'vitest'
import { safeDetail } from '../../src/channel/receipt.ts'

it('leaves no part of a secret, however often a server repeats it', () => {
  const secret = `T0${'x9'.repeat(40)}`
  const endpoint = { address: `https://hooks.slack.com/services/${secret}`, secret: null, host: null }
  for (const times of [1, 24, 25, 100, 700]) {
    const detail = safeDetail(`no such hook: ${`${secret} `.repeat(times)}`, endpoint)
    expect(detail).not.toMatch(/x9x9/)
    expect(detail.length).toBeLessThanOrEqual(250)
  }
})
