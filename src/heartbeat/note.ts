/** What an episode remembers of the heartbeat that it belongs to: which one, and whether it was routed beside. */
import type { HeartbeatInForce } from './expected.ts'

/** The detail of a `heartbeat` note. Kept as a verdict: the documents that led to it may be gone when somebody asks. */
export interface HeartbeatNote {
  readonly team: string
  readonly heartbeat: string
  readonly everyMs: number
  /** It went to a team all the same that owns it and is not the heartbeat's. */
  readonly routed: boolean
}

export function heartbeatNoteText({ team, heartbeat: { name, everyMs } }: HeartbeatInForce, routed: boolean): string {
  const note: HeartbeatNote = { team, heartbeat: name, everyMs, routed }
  return JSON.stringify(note)
}

export function heartbeatNoteFromText(text: string): HeartbeatNote {
  return JSON.parse(text) as HeartbeatNote
}
