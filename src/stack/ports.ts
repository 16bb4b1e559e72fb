/** Which port each program listens on: its usual one, or one that is free. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** The ports of compose.yml. */
export const usualPorts = {
  router: 8080,
  'model-server': 8000,
  'ml-api': 5000,
  prometheus: 9090,
  alertmanager: 9093,
  'node-exporter': 9100,
  pushgateway: 9091,
  drill: 9099,
} as const

export type Listener = keyof typeof usualPorts
export type Ports = Readonly<Record<Listener, number>>

/** Free ports for all, or the `usual` ones and free ones where those are taken, which `say` is told. */
export async function choosePorts<Name extends string>(
  wanted: 'usual' | 'free',
  usual: Readonly<Record<Name, number>>,
  say: (sentence: string) => void,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(usual) as Name[]
  const free = await freePorts(names.length)
  const fits = await Promise.all(names.map((name) => wanted === 'usual' && isFree(usual[name])))
  const taken = names.filter((_, n) => wanted === 'usual' && fits[n] === false)
  if (taken.length > 0) {
    const list = taken.map((name) => `${usual[name]} (${name})`).join(', ')
    say(
      `Taken by other programs: ${list}. Free ports are used instead; to have the usual ones, end those programs first.`,
    )
  }
  return Object.fromEntries(names.map((name, n) => [name, fits[n] ? usual[name] : free[n]])) as Record<Name, number>
}

/** Below those that systems give to whoever asks for any (Linux from 32768, macOS from 49152). */
const LOWEST_PORT = 10_000
const PORTS = 20_000

/** By this process: what is picked here is listened on a little later, and must not be picked twice until then. */
const given = new Set<number>()

/** So many different free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

/**
 * A port of 127.0.0.1 that nobody listens on now. Some programs do not say which port they got when they ask for any
 * (Alertmanager 0.25), and some have to come back where they were, so it is picked before.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port))
    return true
  } catch {
    return false
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}
