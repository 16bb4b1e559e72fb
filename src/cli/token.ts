/** `token`: makes, lists, rotates and revokes tokens; a secret is printed once, alone on its line. */
import { parseArgs } from 'node:util'
import type { MadeTokenJson, TokenJson } from '../access/token-json.ts'
import type { Command, CommandContext } from './command.ts'
import { openTokenDesk, type TokenDesk } from './token-desk.ts'

const usage = `token create <name> --verbs <verbs> [--teams <teams>] [--expires <when>]
token list
token rotate <name|id> [--overlap 1d]
token revoke <name|id>

  --verbs    of ingest, read, edit and admin, separated by commas
  --teams    whose things it may read and edit: names, or * for all; leave it out for ingest and admin
  --expires  after a duration (90d) or at a time (2027-01-31T00:00:00Z); without it the token does not expire
  --overlap  how long the old secret is still taken

Works beside a running router, which needs its ADMIN_TOKEN, as well as on a stopped one's database.

  token create cluster-a --verbs ingest     (its alerts are of the source cluster-a)
  token create dashboard --verbs read,edit --teams payments --expires 90d`

export const token: Command = {
  name: 'token',
  summary: 'make, list, rotate and revoke tokens',
  usage,
  run: async (args, context) => {
    const asked = readArguments(args)
    if (typeof asked === 'string') {
      context.complain(`${asked}.\n\n${usage}`)
      return 2
    }
    const desk = await openTokenDesk(context.config)
    try {
      await asked(desk, context)
      return 0
    } finally {
      await desk.close()
    }
  },
}

type Task = (desk: TokenDesk, context: CommandContext) => Promise<void>

/** What to do, or what is wrong with the arguments. */
function readArguments(args: readonly string[]): Task | string {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return (error as Error).message
  }
  const { verbs, teams, expires, overlap } = parsed.values
  const [action, name, ...more] = parsed.positionals
  if (more.length > 0) return `There is one argument too many: ${more[0]}`
  if (action === 'list') return name === undefined ? list : `list takes no argument, such as ${name}`
  if (action !== 'create' && action !== 'rotate' && action !== 'revoke')
    return 'Say what to do: create, list, rotate or revoke'
  if (name === undefined) return `Say which token to ${action}`
  if (action === 'rotate') return (desk, context) => rotate(desk, context, name, overlap)
  if (action === 'revoke') return (desk, context) => revoke(desk, context, name)
  if (verbs === undefined) return 'Say what the token allows, such as --verbs read,edit'
  return (desk, context) => create(desk, context, { name, verbs, teams, expires })
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { verbs: text, teams: text, expires: text, overlap: text },
  })
}

interface Wish {
  readonly name: string
  readonly verbs: string
  readonly teams: string | undefined
  readonly expires: string | undefined
}

async function create(desk: TokenDesk, context: CommandContext, { name, verbs, teams, expires }: Wish): Promise<void> {
  const end = expires?.includes('T') ? { expiresAt: expires } : { expiresIn: expires }
  const wanted = { name, verbs: splitList(verbs), teams: teams === undefined ? undefined : splitList(teams), ...end }
  handOver(await desk.make(wanted), context)
}

async function list(desk: TokenDesk, { print }: CommandContext): Promise<void> {
  const head = ['ID', 'NAME', 'VERBS', 'TEAMS', 'STATE', 'EXPIRES', 'LAST USED']
  const rows = (await desk.list()).map((one) => [
    String(one.id),
    one.name,
    one.verbs.join(','),
    one.teams.join(','),
    one.state,
    one.expiresAt ?? 'never',
    one.lastUsedAt ?? 'never',
  ])
  const widths = head.map((title, n) => Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)))
  for (const row of [head, ...rows])
    print(
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

async function rotate(desk: TokenDesk, context: CommandContext, which: string, overlap?: string): Promise<void> {
  const found = (await named(desk, which)).find(({ state }) => state !== 'replaced')
  if (found === undefined) throw new Error(`${which} was rotated already; give the name, or the id of the newest.`)
  const made = await desk.rotate(found.id, overlap === undefined ? {} : { overlap })
  const old = (await desk.list()).find(({ id }) => id === found.id)
  context.complain(`The old secret of ${found.name} is taken until ${old?.expiresAt}.`)
  handOver(made, context)
}

/** By name also what was rotated away and is still taken. */
async function revoke(desk: TokenDesk, { print }: CommandContext, which: string): Promise<void> {
  for (const { id, name } of await named(desk, which)) {
    await desk.revoke(id)
    print(`Token ${id} (${name}) is revoked.`)
  }
}

/** Those that are not revoked yet, the newest first; throws if there are none. */
async function named(desk: TokenDesk, which: string): Promise<readonly TokenJson[]> {
  const all = await desk.list()
  const found = all.filter((one) => (one.name === which || String(one.id) === which) && one.state !== 'revoked')
  if (found.length > 0) return found
  throw new Error(`There is no token ${which}; token list shows those there are.`)
}

/** The secret is all that goes to standard output, so that a script can keep it. */
function handOver({ token: made, secret }: MadeTokenJson, { print, complain }: CommandContext): void {
  const end = made.expiresAt === null ? 'never expires' : `expires ${made.expiresAt}`
  const whose = made.teams.includes('*') ? 'all teams' : `teams ${made.teams.join(', ')}`
  complain(`Token ${made.id} (${made.name}): ${made.verbs.join(', ')} for ${whose}; ${end}.`)
  complain('This is its secret. It is shown this once: keep it now, or rotate the token if it is lost.')
  complain(
    made.verbs.includes('ingest')
      ? 'In alertmanager.yml: webhook_configs: [{ http_config: { authorization: { credentials_file: <file with the secret> } } }]'
      : 'Send it as Authorization: Bearer <secret>.',
  )
  print(secret)
}

function splitList(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}
