/** ALERTMANAGER_URLS: the Alertmanagers that can be asked what still fires, by the source their alerts come from. */
import { OWN_SOURCE } from '../meta-alert/meta-alert.ts'

/** One Alertmanager of a source. */
export interface Replica {
  /** Host and port, and the path where there is one: what the log and the metrics call it. One of a kind in its cluster. */
  readonly name: string
  /** Base of its API without credentials and without trailing slash, such as `http://am-1:9093`. */
  readonly url: string
  /** For Basic authentication; null when the URL named nobody. */
  readonly credentials: { readonly user: string; readonly password: string } | null
}

/** All replicas that send alerts under one ingest token. */
export interface Cluster {
  readonly source: string
  readonly replicas: readonly Replica[]
}

/** The source of a list without name, as of the ingest token in the environment. */
const UNNAMED_SOURCE = 'default'

/**
 * Reads `source=url,url; source=url`: white space separates like `;`, and URLs without a source are of `default`.
 * Throws an Error that says what is wrong with which entry and shows no credentials.
 */
export function parseClusters(text: string): Cluster[] {
  const bySource = new Map<string, Replica[]>()
  const lists = text.replace(/\s*,\s*/g, ',').split(/[;\s]+/)
  for (const list of lists.filter((entry) => entry !== '')) {
    const [, source = UNNAMED_SOURCE, urls = list] = /^([^:/=,]*)=(.*)$/.exec(list) ?? []
    checkSource(source)
    const replicas = bySource.get(source) ?? []
    for (const url of urls.split(',').filter((entry) => entry !== '')) addReplica(replicas, url, source)
    if (replicas.length === 0) throw problem(`source ${source} has no URL`, 'write source=http://host:9093')
    bySource.set(source, replicas)
  }
  return [...bySource].map(([source, replicas]) => ({ source, replicas }))
}

/** What must not be printed. */
export function passwordsOf(clusters: readonly Cluster[]): string[] {
  const replicas = clusters.flatMap((cluster) => cluster.replicas)
  return replicas.map(({ credentials }) => credentials?.password ?? '').filter((password) => password !== '')
}

function checkSource(source: string): void {
  if (!/^[\w.-]{1,64}$/.test(source)) {
    // Not shown: it may be a piece of a password that holds one of our separators.
    throw problem('what stands before a = names no source', 'write the name of an ingest token there')
  }
  if (source === OWN_SOURCE) throw problem(`${OWN_SOURCE} is the router itself`, 'name the source of an ingest token')
}

function addReplica(replicas: Replica[], text: string, source: string): void {
  const where = `URL ${replicas.length + 1} of source ${source}`
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw problem(`${where} is no http or https URL`, 'write http://host:9093, or https://user:password@host/prefix')
  }
  if (url.search + url.hash !== '') throw problem(`${where} has a query or a fragment`, 'leave it out')
  const path = url.pathname.replace(/\/+$/, '')
  if (/\/api\/v\d+(?:\/\w+)?$/.test(path)) {
    throw problem(`${where} leads into the API`, 'write the address of Alertmanager itself, without /api/v2')
  }
  const name = url.host + path
  if (replicas.some((replica) => replica.name === name)) {
    throw problem(`source ${source} names ${name} twice`, 'write each Alertmanager once')
  }
  replicas.push({ name, url: `${url.protocol}//${name}`, credentials: credentialsOf(url, where) })
}

function credentialsOf({ username, password }: URL, where: string): Replica['credentials'] {
  if (username === '' && password === '') return null
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch (cause) {
    const hint = 'write %25 for a percent sign in a user or password'
    throw problem(`${where} has credentials that cannot be read`, hint, { cause })
  }
}

function problem(what: string, hint: string, options?: ErrorOptions): Error {
  return new Error(`ALERTMANAGER_URLS: ${what}; ${hint}`, options)
}
