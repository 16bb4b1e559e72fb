/** Teams over HTTP: the document in force, what is wrong with the one on disk, versions, and reload. */
import { expect, it } from 'vitest'
import { defaultTeam, noon, Past, payments } from '../history/past.ts'

const at = (ms: number) => new Date(noon + ms).toISOString()

it('lists teams with version and destinations', async () => {
  const past = await Past.begin({ payments })
  const { teams, problems } = await past.get('/api/v1/teams')
  expect(problems).toEqual([])
  expect(teams).toMatchObject([
    { name: 'default', version: { id: 1, acceptedAt: at(0) }, refused: false },
    {
      name: 'payments',
      version: { id: 2, file: expect.stringMatching(/payments\.yml$/) },
      destinations: [
        { destination: { channel: 'slack', reference: 'env:PAYMENTS_SLACK_URL' }, current: true, failures: 0 },
        { destination: { channel: 'webhook', reference: 'https://bridge.example/…' }, current: true },
      ],
    },
  ])
})

it('shows a document as stored, but for what follows the host of a URL', async () => {
  const past = await Past.begin({ payments })
  const { document } = await past.get('/api/v1/teams/payments')
  expect(document).toBe(payments.replace('/hooks/t0k3n?key=t0k3n', '/…'))
})

it('says that the file is broken, and which version stays in force', async () => {
  const past = await Past.begin({ payments })
  await past.reload({ payments: 'team: payments\n' })
  const team = await past.get('/api/v1/teams/payments')
  expect(team).toMatchObject({ refused: true, version: { id: 2 } })
  expect(team.problems[0]).toMatch(/payments\.yml:1:1: /)
  expect((await past.get('/api/v1/teams')).problems).toEqual(team.problems)
})

it('lists versions newest first', async () => {
  const past = await Past.begin({ payments })
  past.now += 1_000
  await past.reload({ payments: `${payments}# changed\n` })
  const { versions, next_cursor } = await past.get('/api/v1/teams/payments/versions?limit=1')
  expect(versions).toMatchObject([{ version: { id: 3, acceptedAt: at(1_000) }, inForce: true }])
  const rest = await past.get(`/api/v1/teams/payments/versions?limit=1&cursor=${next_cursor}`)
  expect(rest).toMatchObject({ versions: [{ version: { id: 2 }, inForce: false }], next_cursor: null })
})

it('reads the folder again for an admin, and for nobody else', async () => {
  const past = await Past.begin({ payments })
  expect((await past.send('/api/v1/teams/reload', 'read')).status).toBe(403)
  const { status, body } = await past.send('/api/v1/teams/reload', 'admin')
  expect(status).toBe(200)
  expect(body).toEqual({ accepted: [], kept: ['default', 'payments'], refused: [], removed: [], problems: [] })
})

it('says which folder is missing, and keeps what is in force', async () => {
  const past = await Past.begin({ payments })
  await past.removeFolder()
  const { status, body } = await past.send('/api/v1/teams/reload', 'admin')
  expect(status).toBe(409)
  expect(body.error).toMatchObject({ code: 'conflict', message: expect.stringMatching(/TEAMS_DIR: .* does not exist/) })
  expect((await past.get('/api/v1/teams')).teams).toHaveLength(2)
})

it('answers 404 for a team without documents', async () => {
  const past = await Past.begin({ default: defaultTeam })
  await past.get('/api/v1/teams/nobody', 404)
  await past.get('/api/v1/teams/nobody/versions', 404)
})
