/** Puts the shipped configuration, adapted, into the stack's folder: rules, team documents, secrets, and both YAML files. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alertmanagerConfig } from './alertmanager-config.ts'
import type { Places } from './place.ts'
import { type Ports, usualPorts } from './ports.ts'
import { prometheusConfig } from './prometheus-config.ts'
import type { Receivers } from './receivers.ts'
import { scaledRules } from './scaled-rules.ts'
import { secretNames, teamDocument } from './team-documents.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** Prometheus serves these under `/user/`. */
export const runbooks = join(repository, 'prometheus/runbooks')

export interface Configuration {
  readonly prometheus: string
  readonly alertmanager: string
  readonly teams: string
  readonly secrets: string
  /** PEM file of the certificate that PagerDuty shows. */
  readonly certificate: string
  readonly tokens: { readonly ingest: string; readonly read: string; readonly admin: string; readonly control: string }
}

/** Paths of what was written into `folder`, which is empty. */
export async function writeConfiguration(
  folder: string,
  ports: Ports,
  receivers: Receivers,
  speed: number,
): Promise<Configuration> {
  const at = (...parts: string[]) => join(folder, ...parts)
  const [secrets, rules, teams] = [at('secrets'), at('prometheus', 'rules'), at('teams')]
  const places = {
    addresses: { ...addresses(ports), 'mail:1025': receivers.smtp },
    folders: { '/run/secrets/': `${secrets}/`, '/etc/prometheus/rules/': `${rules}/` },
  } satisfies Places

  await transformed('prometheus/prometheus.yml', at('prometheus.yml'), (text) => prometheusConfig(text, places, speed))
  await transformed('alertmanager/alertmanager.yml', at('alertmanager.yml'), (text) =>
    alertmanagerConfig(text, places, speed),
  )
  for (const name of await namesIn('prometheus/rules')) {
    await transformed(join('prometheus/rules', name), join(rules, name), (text) =>
      speed <= 1 ? text : scaledRules(text, speed),
    )
  }
  const drillUrl = `http://127.0.0.1:${ports.drill}`
  for (const name of await namesIn('teams')) {
    const team = name.replace(/\.ya?ml$/, '')
    const shipped = await transformed(join('teams', name), join(teams, name), (text) =>
      teamDocument(text, receivers.pagerDutyUrl, speed),
    )
    for (const secret of secretNames(shipped)) {
      await write(join(secrets, team, secret), secretFor(team, secret, receivers, drillUrl))
    }
  }
  const tokens = { ingest: newToken(), read: newToken(), admin: newToken(), control: newToken() }
  for (const [name, token] of Object.entries(tokens)) await write(join(secrets, `${name}-token`), token)
  const certificate = at('pagerduty.pem')
  await write(certificate, receivers.certificate)
  return { prometheus: at('prometheus.yml'), alertmanager: at('alertmanager.yml'), teams, secrets, certificate, tokens }
}

/** Prometheus names itself localhost. */
function addresses(ports: Ports): Record<string, string> {
  const entries = Object.entries(usualPorts).map(([name, usual]) => [
    `${name}:${usual}`,
    `127.0.0.1:${ports[name as keyof Ports]}`,
  ])
  return { ...Object.fromEntries(entries), [`localhost:${usualPorts.prometheus}`]: `127.0.0.1:${ports.prometheus}` }
}

function secretFor(team: string, name: string, receivers: Receivers, drillUrl: string): string {
  if (name === 'slack-url') return receivers.slackUrl(team)
  if (name === 'pagerduty-key') return receivers.pagerDutyKey(team)
  if (name === 'webhook-url') return drillUrl
  throw new Error(`teams/${team}.yml refers to file:${name}, and the stack has nothing to put there.`)
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(join(repository, folder))
  return names.filter((name) => /\.ya?ml$/.test(name)).sort()
}

/** Returns the shipped text. What is wrong with it is told with its name. */
async function transformed(shipped: string, to: string, change: (text: string) => string): Promise<string> {
  const text = await readFile(join(repository, shipped), 'utf8')
  try {
    await write(to, change(text))
  } catch (cause) {
    throw new Error(`${shipped}: ${(cause as Error).message}`, { cause })
  }
  return text
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, text, { mode: 0o600 })
}

function newToken(): string {
  return randomBytes(24).toString('hex')
}
