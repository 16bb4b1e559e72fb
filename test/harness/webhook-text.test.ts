/** How the stories read a generic webhook's body. */
import { expect, it } from 'vitest'
import { webhookText } from './webhook-text.ts'

it('tells reason, status, group and what is not common to all alerts', () => {
  const payload = {
    status: 'firing',
    groupLabels: { alertname: 'HighErrorRatio' },
    commonLabels: { alertname: 'HighErrorRatio', team: 'payments' },
    alerts: [
      { status: 'firing', labels: { alertname: 'HighErrorRatio', team: 'payments', service: 'checkout' } },
      { status: 'resolved', labels: { alertname: 'HighErrorRatio', team: 'payments', service: 'ledger' } },
    ],
    alertrouter: { reason: 'some-resolved', possibleRepeat: true },
  }
  expect(webhookText(payload)).toBe(
    [
      'some-resolved · firing · alertname=HighErrorRatio',
      'firing HighErrorRatio service=checkout',
      'resolved HighErrorRatio service=ledger',
      'possible repeat',
    ].join('\n'),
  )
})

it('shows ten alerts and counts the rest', () => {
  const alerts = Array.from({ length: 13 }, (_, i) => ({ status: 'firing', labels: { alertname: 'A', n: String(i) } }))
  expect(webhookText({ status: 'firing', alerts }).split('\n').slice(-2)).toEqual(['firing A n=9', 'and 3 more'])
})
