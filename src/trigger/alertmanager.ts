/** Asks Alertmanager for what drills need: an alert of our own, and a silence. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
import { isRecord, text } from '../stand-in/json.ts'
import { ask } from './ask.ts'

/** The only label of the drill's own alert that is not the same for all drills. */
export const DRILL_TEAM = 'drill'

/** Puts an alert for the fire-drill team in, for `seconds` at most; the answer ends it. */
export async function raiseDrillAlert(
  url: string,
  name: string,
  summary: string,
  seconds: number,
): Promise<() => Promise<void>> {
  const startsAt = new Date().toISOString()
  const put = (endsAt: number) =>
    ask('POST', `${url}/api/v2/alerts`, {
      json: [
        {
          labels: { alertname: name, team: DRILL_TEAM, severity: 'warning', service: 'drill' },
          annotations: { summary },
          startsAt,
          endsAt: new Date(endsAt).toISOString(),
        },
      ],
    })
  await put(Date.now() + seconds * 1_000)
  return async () => {
    await put(Date.now())
  }
}

/** Silences an alert for `seconds` at most; the answer lifts the silence. */
export async function silence(url: string, alertname: string, seconds: number): Promise<() => Promise<void>> {
  const json = {
    matchers: [{ name: 'alertname', value: alertname, isRegex: false, isEqual: true }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + seconds * 1_000).toISOString(),
    createdBy: 'npm run trigger',
    comment: `A drill: ${alertname} is to be missed.`,
  }
  const created: unknown = JSON.parse(await ask('POST', `${url}/api/v2/silences`, { json }))
  const id = isRecord(created) ? text(created.silenceID) : ''
  return async () => {
    await ask('DELETE', `${url}/api/v2/silence/${id}`)
  }
}
