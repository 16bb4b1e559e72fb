/** Runs `npm run cli -- …` as an operator does: a process of its own, with an environment and nothing else. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Ran {
  readonly status: number | null
  readonly printed: string
  readonly complaints: string
}

export async function cli(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { printed: '', complaints: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (texts.printed += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (texts.complaints += text))
  await once(child, 'close')
  return { status: child.exitCode, ...texts }
}
