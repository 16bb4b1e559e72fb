/** How an alert came to be over, in the words of every channel: its source may never have said so. */
import type { MessageAlert } from './channel.ts'

type Ended = Pick<MessageAlert, 'closeReason'>

/** What stands before the end: `resolved`, or `last heard of` where more is not known. */
export function endVerb({ closeReason }: Ended): string {
  return closeReason === 'stale' ? 'last heard of' : 'resolved'
}

/** Why it counts as over, in brackets, to be appended; '' where the source said that it is. */
export function closeNote({ closeReason }: Ended): string {
  if (closeReason === 'reconciled') return ' (Alertmanager no longer lists it)'
  return closeReason === 'stale' ? ' (closed, as nothing more was heard of it)' : ''
}
