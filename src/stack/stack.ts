/** The whole system on this machine: router, model servers, Prometheus, Alertmanager, node-exporter and Pushgateway. */
import { join } from 'node:path'
import { serverNames } from '../model-server/fault/faults.ts'
import { pushResults } from '../model-server/training/push.ts'
import { runTraining } from '../model-server/training/training.ts'
import { type Command, commands, type ProgramName } from './commands.ts'
import { findComponents } from './components.ts'
import { writeConfiguration } from './configuration.ts'
import { prepareFolder } from './folder.ts'
import { choosePorts, usualPorts } from './ports.ts'
import { type Program, program } from './program.ts'
import type { Receivers } from './receivers.ts'
import { type Running, urlsOf } from './running.ts'

export interface StackSettings {
  /** Everything is kept here: configuration and secrets, data, a log file for each program. Absent, empty, or of an earlier stack. */
  readonly folder: string
  /** By how much the rules' durations are divided, at least 1. Above 1 everything is also scraped, evaluated and sent every second. */
  readonly speed: number
  /** `usual`: 8080, 9090 …, and a free one (which `say` tells) where another program has it. */
  readonly ports: 'usual' | 'free'
  /** Where messages go; openReceivers opens stand-ins. */
  readonly receivers: Receivers
  /** Where programs are looked for: PATH, PROMETHEUS_BIN, ALERTMANAGER_BIN, NODE_EXPORTER_BIN, PUSHGATEWAY_BIN. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes what a person at the terminal should know: a port that is taken, a program that died. */
  readonly say: (sentence: string) => void
  /** Ends a start that is under way; afterwards use `stop`. */
  readonly signal?: AbortSignal
}

export interface Stack {
  /** Addresses, tokens and process ids, as they are when asked. */
  readonly running: Running
  /** By name; each can be stopped and started again, on the same port and with what it had stored. */
  readonly programs: Readonly<Record<ProgramName, Program>>
  /** Ends all, last started first; the folder stays. A second call does nothing. */
  stop(): Promise<void>
}

/**
 * Who asks starts after those that it asks. The router does not wait for Prometheus, nor it for the router: Prometheus needs
 * 5 s before it sends the Watchdog, and the router misses it after 10 s when time runs fastest.
 */
const startOrder: readonly (readonly ProgramName[])[] = [
  ['node-exporter', 'pushgateway', 'alertmanager'],
  ['model-server', 'ml-api'],
  ['router', 'prometheus'],
]

/**
 * Starts everything with the shipped configuration, adapted to this machine, and trains both models once. Resolves when each
 * program answers, after some 3 s; Prometheus looks for its targets and Alertmanager another 5 s later, and the Watchdog is
 * at the router within the second. If one does not start, all are ended, and its last words are in the error. Throws a
 * MissingProgramsError if one is not installed, and a FolderError if the folder holds other things.
 */
export async function startStack(settings: StackSettings): Promise<Stack> {
  const { folder, speed, receivers, env, say, signal } = settings
  const binaries = findComponents(env)
  const ports = await choosePorts(settings.ports, usualPorts, say)
  await prepareFolder(folder)
  const configuration = await writeConfiguration(join(folder, 'configuration'), ports, receivers, speed)
  const all = commands({ folder, speed, ports, binaries, configuration, receivers })
  const programs = Object.fromEntries(
    Object.entries(all).map(([name, command]) => [name, watched(name, command, folder, say)]),
  ) as Record<ProgramName, Program>

  const order = startOrder.map((names) => names.map((name) => programs[name]))
  const stop = async () => {
    for (const together of order.toReversed()) await Promise.all(together.map((each) => each.stop()))
  }
  try {
    for (const together of order) await startTogether(together, signal)
    for (const server of serverNames) await pushResults(runTraining(server, Date.now), urlsOf(ports).pushgateway)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    programs,
    stop,
    get running() {
      const running = Object.values(programs).flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const]))
      return { urls: urlsOf(ports), tokens: configuration.tokens, pids: Object.fromEntries(running), speed }
    },
  }
}

function watched(name: string, command: Command, folder: string, say: StackSettings['say']): Program {
  const log = join(folder, 'logs', `${name}.log`)
  return program({
    ...command,
    name,
    log,
    onDeath: (how, lastWords) => say(`${name} ended by itself (${how}). Its log, ${log}, ends: ${lastWords}`),
  })
}

/** Waits for all of them even if one fails: what is still starting could not be stopped. */
async function startTogether(programs: readonly Program[], signal?: AbortSignal): Promise<void> {
  const started = await Promise.allSettled(programs.map((each) => each.start(signal)))
  for (const result of started) if (result.status === 'rejected') throw result.reason
}
