/** The router as a process of its own, with every line that it prints. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Loaded first, it lets time pass ten times as fast. */
export const FAST_CLOCK = new URL('programs/fast-clock.ts', import.meta.url).href

export interface Program {
  readonly url: string
  /** Standard output and standard error, as printed so far. */
  output(): string
  /** Asks it to stop and resolves with its exit code. */
  stop(): Promise<number | null>
}

/**
 * `env` is all that it knows of the world; a LOG_LEVEL of warn or above would hide where it listens. `preload` is a module
 * that Node loads first. Ends with the test.
 */
export async function startProgram(env: Readonly<Record<string, string>>, preload?: string): Promise<Program> {
  const child = spawn(process.execPath, [...(preload === undefined ? [] : ['--import', preload]), MAIN], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const closed = once(child, 'close')
  const listening = /"url":"(http:[^"]+)".*"alert-router is listening"/
  await vi.waitFor(
    () => {
      if (child.exitCode !== null || !listening.test(output)) throw new Error(`it does not listen: ${output}`)
    },
    { timeout: 20_000, interval: 20 },
  )
  return {
    url: listening.exec(output)?.[1] ?? '',
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM')
      await closed
      return child.exitCode
    },
  }
}
