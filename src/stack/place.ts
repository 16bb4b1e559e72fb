/** The shipped configuration names hosts and folders of compose.yml: here is where they are on this machine. */
import { isRecord } from '../stand-in/json.ts'

export interface Places {
  /** By the `host:port` that the configuration names. */
  readonly addresses: Readonly<Record<string, string>>
  /** By the folder that the configuration names; both end in `/`. */
  readonly folders: Readonly<Record<string, string>>
}

/** `router:8080`, or a URL that begins with it: host names with a port, not addresses of the world outside. */
const hostAndPort = /^((?:https?:\/\/)?)([a-z][\w-]*:\d+)(?=\/|$)/

/**
 * A copy in which every text that begins with such an address or folder has this machine's instead. Throws for an address
 * that is not among them: what the configuration counts on would not be there.
 */
export function placed(value: unknown, places: Places): unknown {
  if (typeof value === 'string') return placedText(value, places)
  if (Array.isArray(value)) return value.map((item) => placed(item, places))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, placed(item, places)]))
}

function placedText(text: string, { addresses, folders }: Places): string {
  const folder = Object.keys(folders).find((name) => text.startsWith(name))
  if (folder !== undefined) return folders[folder] + text.slice(folder.length)
  return text.replace(hostAndPort, (_, scheme: string, address: string) => {
    const here = addresses[address]
    if (here === undefined) throw new Error(`The configuration names ${address}, which the stack does not run.`)
    return scheme + here
  })
}
