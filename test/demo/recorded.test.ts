/** The recording moved to another time. */
import { expect, it } from 'vitest'
import { loadRecording, parts, shiftTimes } from '../../src/demo/recorded.ts'

it('moves the first start to now and keeps every interval', async () => {
  const now = Date.parse('2027-01-01T00:00:00.250Z')
  const recording = await loadRecording(now)
  const times = parts.map((part) => recording[part].alerts.map((alert) => [alert.startsAt, alert.endsAt]))
  const start = '2027-01-01T00:00:00.250Z'
  const zero = '0001-01-01T00:00:00Z'
  expect(times).toEqual([
    [
      [start, zero],
      [start, zero],
      [start, zero],
    ],
    [
      [start, zero],
      [start, '2027-01-01T00:00:02.650Z'],
      [start, zero],
    ],
    [['2027-01-01T00:00:06.050Z', zero]],
    [
      [start, '2027-01-01T00:00:07.050Z'],
      [start, '2027-01-01T00:00:07.050Z'],
    ],
  ])
})

it('moves times only, at any depth', () => {
  const body = {
    startsAt: '2026-01-01T00:00:00Z',
    alerts: [{ endsAt: '0001-01-01T00:00:00Z', labels: { a: '2026-01-01T00:00:00Z' } }],
  }
  expect(shiftTimes(body, 1_000)).toEqual({
    startsAt: '2026-01-01T00:00:01.000Z',
    alerts: [{ endsAt: '0001-01-01T00:00:00Z', labels: { a: '2026-01-01T00:00:00Z' } }],
  })
})
