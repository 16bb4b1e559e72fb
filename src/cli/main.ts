/** `npm run cli -- <command>`: what an operator does beside the running router. Reads the same environment. */
import { readConfig } from '../config.ts'
import { backup } from './backup.ts'
import { check } from './check.ts'
import type { Command } from './command.ts'
import { restore } from './restore.ts'
import { token } from './token.ts'

const commands: readonly Command[] = [backup, restore, check, token]

const DONE = 0
const FAILED = 1
const USED_WRONGLY = 2

const print = (line: string) => console.log(line)
const complain = (line: string) => console.error(line)
// Whoever read the output has gone (`| head`).
process.stdout.on('error', () => {})

process.exitCode = await run(process.argv.slice(2))

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(list())
    return name === undefined ? USED_WRONGLY : DONE
  }
  const command = commands.find((one) => one.name === name)
  if (command === undefined) {
    complain(`There is no command ${name}.\n\n${list()}`)
    return USED_WRONGLY
  }
  if (args.includes('--help') || args.includes('-h')) {
    print(command.usage)
    return DONE
  }
  try {
    return await command.run(args, { config: readConfig(process.env), env: process.env, print, complain })
  } catch (error) {
    complain(`${name} failed. ${error instanceof Error ? error.message : error}`)
    if (process.env.LOG_LEVEL === 'debug' && error instanceof Error) complain(error.stack ?? '')
    return FAILED
  }
}

function list(): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'npm run cli -- <command> [arguments]',
    '',
    ...lines,
    '',
    'Each says more with --help. Settings are those of the router (DATABASE_URL and others).',
  ].join('\n')
}
