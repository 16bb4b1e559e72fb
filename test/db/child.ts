/** Starts programs/*.ts of this folder as processes of their own and reads what they print, line by line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Child {
  /** Lines printed so far. */
  readonly lines: readonly string[]
  /** Resolves when `count` lines are there; rejects if the process ends before that. */
  printed(count: number): Promise<void>
  /** Resolves with the exit code, or null for a process that was killed. */
  ended(): Promise<number | null>
  kill(): void
}

export function startChild(program: string, ...args: string[]): Child {
  return startChildWith({}, program, ...args)
}

/** The same, with more in its environment. */
export function startChildWith(env: Readonly<Record<string, string>>, program: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(`programs/${program}.ts`, import.meta.url))
  const child: ChildProcess = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines: string[] = []
  const closed = once(child, 'close')
  const waiting = new Set<() => void>()
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    for (const check of waiting) check()
  })
  return {
    lines,
    printed: (count) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (lines.length < count) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
        closed.then(() => reject(new Error(`${program} ended after ${lines.length} of ${count} lines`)), reject)
      }),
    ended: async () => {
      await closed
      return child.exitCode
    },
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}
