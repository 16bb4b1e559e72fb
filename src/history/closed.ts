/** How an alert ended, as facts of its timeline: by the word of its source or without it, and what was corrected later. Pure. */
import type { Corrected, Episode } from '../episode/store.ts'
import type { NoteFacts } from './alert-store.ts'
import { timeText, timeTextOrNull } from './json.ts'
import type { Fact } from './timeline-json.ts'

type ClosedFact = Extract<Fact, { what: 'closed' }>

/** `request` is the one that closed it. A close that its source corrected stands first, as it was when people were told. */
export function closedFacts(
  { closedAt, closeReason, endsAt }: Episode,
  notes: readonly NoteFacts[],
  request: ClosedFact['request'],
): Fact[] {
  if (closedAt === null || closeReason === null) return []
  const before = notes.flatMap(({ note, detail }) => (note === 'corrected' ? [JSON.parse(detail) as Corrected] : []))
  const last = { closedAt, closeReason, endsAt }
  return [...before, last].map((close, i) => ({
    what: 'closed',
    at: timeText(close.closedAt),
    text: i > 0 ? 'Its source has said meanwhile how it ended: it is resolved.' : `Closed: ${because(close)}.`,
    reason: close.closeReason,
    endsAt: timeTextOrNull(close.endsAt),
    request: close === last ? request : null,
  }))
}

function because({ closeReason, endsAt }: Corrected): string {
  switch (closeReason) {
    case 'resolved':
      return 'the source said that it is resolved'
    case 'reconciled':
      return 'no Alertmanager of the source listed it any more, twice in a row'
    case 'stale':
      return `nothing was heard of it since ${timeTextOrNull(endsAt)}`
  }
}
