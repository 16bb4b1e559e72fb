/** Edge: the address and secret of a destination at the moment of sending, even when no document in force holds it. */
import type { Endpoint } from '../channel/channel.ts'
import type { Queryable } from '../db/database.ts'
import type { Destination } from '../notification/store.ts'
import type { DestinationConfig } from './destinations.ts'
import { parseTeamDocument } from './document.ts'
import { resolveSecret, type SecretPlaces } from './resolve-secret.ts'
import type { Routing } from './routing.ts'
import { looksLikeReference } from './secrets.ts'
import { versionById } from './store.ts'

/** Rejects with a sentence that names what is missing, never a value. */
export async function endpointOf(
  destination: Destination,
  { routing, reader, secrets }: { routing: Routing; reader: Queryable; secrets: SecretPlaces },
): Promise<Endpoint> {
  const { team, reference } = destination
  // Reading an old document costs milliseconds, so only who is gone pays for it.
  const { secretReference, host } = inForce(routing, destination) ?? (await lastKnown(reader, destination))
  return {
    address: looksLikeReference(reference) ? resolveSecret(reference, team, secrets) : reference,
    secret: secretReference === null ? null : resolveSecret(secretReference, team, secrets),
    host,
  }
}

/** What a document says of a destination beside its identity. */
type Settings = Pick<DestinationConfig, 'secretReference' | 'host'>

/** Undefined when the documents in force do not know the destination. */
function inForce(routing: Routing, { id, team, receiver }: Destination): Settings | undefined {
  const known = routing.teams.get(team)?.receivers.get(receiver)
  return known?.find((destination) => destination.id === id)
}

/** A destination that is gone is still owed its resolves: its settings are those of the last document that held it. */
async function lastKnown(reader: Queryable, destination: Destination): Promise<Settings> {
  const version = await versionById(reader, destination.versionId)
  const parsed = version && parseTeamDocument(version.document, version.file)
  // Sending unsigned what was signed before would be worse than waiting.
  if (!parsed?.ok)
    throw new Error(`The settings of receiver ${destination.receiver} of team ${destination.team} are lost.`)
  const receiver = parsed.document.receivers.find(({ name }) => name === destination.receiver)
  const config = receiver?.destinations.find(
    ({ channel, reference }) => channel === destination.channel && reference === destination.reference,
  )
  return config ?? { secretReference: null, host: null }
}
