/** Ports: usual or free, and never one that another program has. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { choosePorts, freePort, freePorts, usualPorts } from '../../src/stack/ports.ts'

it('finds different ports that one can listen on', async () => {
  const ports = await freePorts(20)
  expect(new Set(ports).size).toBe(20)
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
  }
})

it('finds none twice, and none that somebody may get who asks for any', async () => {
  const ports = (await Promise.all([freePorts(100), freePorts(100)])).flat()
  expect(new Set(ports).size).toBe(200)
  expect(Math.max(...ports)).toBeLessThan(32_768)
})

it('takes none of the usual ports when free ones are wanted', async () => {
  const ports = await choosePorts('free', usualPorts, () => expect.unreachable())
  expect(Object.keys(ports)).toEqual(Object.keys(usualPorts))
  expect(new Set(Object.values(ports)).size).toBe(Object.keys(usualPorts).length)
})

it('takes the usual ones, but another for one that is taken, and says so', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const free = await freePort()
  const said: string[] = []
  const ports = await choosePorts('usual', { router: port, drill: free }, (sentence) => said.push(sentence))
  expect(ports.drill).toBe(free)
  expect(ports.router).not.toBe(port)
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(`Taken by other programs: ${port} (router). Free ports`)
})
