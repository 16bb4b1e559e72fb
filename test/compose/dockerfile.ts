/** Reads a Dockerfile as far as ours goes, and makes in a folder what an engine would make of it. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

export interface Instruction {
  readonly keyword: string
  /** The rest of the line, continued lines joined. */
  readonly text: string
}

interface Stage {
  /** `AS name`; null for the last one, which is the image. */
  readonly name: string | null
  readonly instructions: readonly Instruction[]
}

/** The instructions of a stage; `null` is the last one. Throws if there is none of that name. */
export function stageOf(dockerfile: string, name: string | null): readonly Instruction[] {
  const stage = readStages(dockerfile).find((found) => found.name === name)
  if (stage === undefined) throw new Error(`The Dockerfile has no stage ${name}`)
  return stage.instructions
}

/** The arguments of an instruction in its JSON form, such as CMD ["node"]. */
export function jsonArguments({ text }: Instruction): readonly string[] {
  return JSON.parse(text.slice(text.indexOf('[')))
}

/** What ENV says in the image. */
export function imageEnvironment(dockerfile: string): Readonly<Record<string, string>> {
  const pairs = stageOf(dockerfile, null).flatMap(({ keyword, text }) => (keyword === 'ENV' ? text.split(/\s+/) : []))
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

function readStages(dockerfile: string): readonly Stage[] {
  const stages: { name: string | null; instructions: Instruction[] }[] = []
  const lines = dockerfile.replace(/^\s*#.*\n/gm, '').replace(/\\\n\s*/g, '')
  for (const line of lines.split('\n').filter((text) => text.trim() !== '')) {
    const [, keyword = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    if (keyword === 'FROM') stages.push({ name: / AS (\w+)$/.exec(text)?.[1] ?? null, instructions: [] })
    else stages.at(-1)?.instructions.push({ keyword, text })
  }
  return stages
}

/**
 * Copies and runs what the stages say, each below a folder of its own in `folder` (`<folder>/<stage>/app` is its /app).
 * `context` is where COPY takes from. Understands WORKDIR, COPY and RUN with paths relative to the working folder. Returns
 * the root of the image.
 */
export function buildInto(folder: string, dockerfile: string, context: string): string {
  const rootOf = (name: string | null) => join(folder, name ?? 'image')
  for (const { name, instructions } of readStages(dockerfile)) {
    const root = rootOf(name)
    let work = root
    for (const { keyword, text } of instructions) {
      if (keyword === 'WORKDIR') work = inside(root, root, text)
      mkdirSync(work, { recursive: true })
      if (keyword === 'COPY') copy(text, { from: (stage) => (stage === null ? context : rootOf(stage)), root, work })
      if (keyword === 'RUN')
        execFileSync('sh', ['-c', text], { cwd: work, env: forNpm, stdio: ['ignore', 'pipe', 'pipe'] })
    }
  }
  return rootOf(null)
}

/** npm has fetched the same packages for this repository before. */
const forNpm = { ...process.env, npm_config_prefer_offline: 'true' }

interface CopyPlaces {
  readonly from: (stage: string | null) => string
  readonly root: string
  readonly work: string
}

/** Like COPY: what is copied into `x/` or `./` keeps its name, a folder's content else becomes the target's. */
function copy(text: string, { from, root, work }: CopyPlaces): void {
  const words = text.split(/\s+/)
  const stage = /^--from=(\w+)$/.exec(words.find((word) => word.startsWith('--from=')) ?? '')?.[1] ?? null
  const paths = words.filter((word) => !word.startsWith('--'))
  const target = paths.pop() ?? ''
  const source = from(stage)
  for (const path of paths) {
    const into = inside(root, work, target)
    cpSync(inside(source, source, path), target.endsWith('/') ? join(into, basename(path)) : into, { recursive: true })
  }
}

/** An absolute path of a container, or one relative to its working folder, as a path of this machine. */
function inside(root: string, work: string, path: string): string {
  return path.startsWith('/') ? join(root, path) : resolve(work, path)
}
