/** Faults are switched on and off at the real model servers, and whoever cannot is told what is missing. */
import { expect, it } from 'vitest'
import { fault } from '../../src/trigger/fault.ts'
import { startModelServer } from '../model-server/rig.ts'
import { scene } from './scene.ts'

const TOKEN = 'control-0123456789'

async function churn(options: Parameters<typeof startModelServer>[1] = {}) {
  const server = startModelServer('churn', options)
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const active = async () => {
    const { body } = await server.ask('GET', '/control')
    return body.faults.filter((one: { active: unknown }) => one.active !== null)
  }
  return { url, active }
}

it.each([
  ['without a token', null],
  ['with a token', TOKEN],
])('begins and ends, %s', async (_how, token) => {
  const { url, active } = await churn({ token })
  const undo = await fault('churn', 'errors', 0.3).begin(scene({ urls: { mlApi: url }, tokens: { control: token } }))
  expect(await active()).toMatchObject([{ fault: 'errors', active: { amount: 0.3, version: null } }])
  await undo()
  expect(await active()).toEqual([])
})

it.each([
  ['has no controls', { controls: false }, null, /answered 404.*FAULT_CONTROLS=on/],
  ['wants another token', { token: TOKEN }, 'wrong-0123456789', /answered 403.*CONTROL_TOKEN/],
  ['has too much memory to fill', {}, null, /MEMORY_LIMIT/],
])('says what to do when the server %s', async (_what, options, control, says) => {
  const { url } = await churn(options)
  const cause = fault('churn', 'memory', 0.93)
  await expect(cause.begin(scene({ urls: { mlApi: url }, tokens: { control } }))).rejects.toThrow(says)
})
