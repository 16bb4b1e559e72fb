/** What runs, and where: as `npm run stack` writes it for the other commands. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Ports } from './ports.ts'

/** Addresses have no trailing slash. */
export interface Running {
  readonly urls: {
    readonly router: string
    readonly modelServer: string
    readonly mlApi: string
    readonly prometheus: string
    readonly alertmanager: string
    readonly pushgateway: string
    readonly nodeExporter: string
    /** Where the router sends the alerts of team drill: nobody listens there but `npm run trigger`, while it runs. */
    readonly drill: string
  }
  readonly tokens: {
    readonly ingest: string | null
    readonly read: string | null
    readonly admin: string | null
    readonly control: string | null
  }
  /** Process ids by program name, such as `model-server`; without those that run elsewhere (compose). */
  readonly pids: Readonly<Record<string, number>>
  /** By how much the rules' durations are divided; 1 is as shipped. */
  readonly speed: number
}

/** What is asked is not there, or cannot be read; the message is for the operator. */
export class NotRunningError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NotRunningError'
  }
}

/** Where `npm run stack` writes unless STACK_FILE says otherwise. */
const usualFile = 'data/stack.json'
const answerWithinMs = 2_000

/** Loses its trailing slash. */
export const httpUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const token = z.string().min(1).nullable()
const schema: z.ZodType<Running> = z.object({
  urls: z.object({
    router: httpUrl,
    modelServer: httpUrl,
    mlApi: httpUrl,
    prometheus: httpUrl,
    alertmanager: httpUrl,
    pushgateway: httpUrl,
    nodeExporter: httpUrl,
    drill: httpUrl,
  }),
  tokens: z.object({ ingest: token, read: token, admin: token, control: token }),
  pids: z.record(z.string(), z.int().positive()),
  speed: z.number().min(1),
})

/** Where the running stack is described. */
export function stackFile(env: Readonly<Record<string, string | undefined>>): string {
  return env.STACK_FILE || usualFile
}

/** On this machine. */
export function urlsOf(ports: Ports): Running['urls'] {
  const url = (port: number) => `http://127.0.0.1:${port}`
  return {
    router: url(ports.router),
    modelServer: url(ports['model-server']),
    mlApi: url(ports['ml-api']),
    prometheus: url(ports.prometheus),
    alertmanager: url(ports.alertmanager),
    pushgateway: url(ports.pushgateway),
    nodeExporter: url(ports['node-exporter']),
    drill: url(ports.drill),
  }
}

/** Only the user who started the stack may read it: it holds tokens. */
export async function writeRunning(path: string, running: Running): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  // An old file would keep its mode.
  await rm(path, { force: true })
  await writeFile(path, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}

/**
 * Process ids of a stack that `path` describes and that has not ended: its router answers. None if there is no such file, or
 * if it is of long ago, when ids may be those of other programs by now.
 */
export async function leftRunning(path: string): Promise<number[]> {
  if (!existsSync(path)) return []
  const { pids, urls } = readDescription(path)
  const left = Object.values(pids).filter(isAlive)
  const answers = await fetch(`${urls.router}/healthz`, { signal: AbortSignal.timeout(answerWithinMs) }).then(
    (response) => response.ok,
    () => false,
  )
  return answers ? left : []
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Throws a NotRunningError. */
export function readDescription(path: string): Running {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new NotRunningError(`${path} does not describe a running stack. Start npm run stack again, or delete it.`, {
      cause,
    })
  }
}
