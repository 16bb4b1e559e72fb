/** After a new routing document: open episodes are placed again in batches, and whoever was told keeps being owed the end. */
import { labelsFromText } from './alert/labels.ts'
import type { Tx } from './db/database.ts'
import { addNote, type Episode, updateOwners } from './episode/store.ts'
import { GroupLives } from './group/lives.ts'
import type { Membership } from './group/membership.ts'
import { type GroupLife, groupKeyText } from './group/store.ts'
import { knowers } from './group/told.ts'
import { heartbeatNoteText } from './heartbeat/note.ts'
import { indexTeams } from './history/search-index-store.ts'
import type { Pipeline } from './pipeline.ts'
import type { Placed, Placement } from './team/routing.ts'
import { routedUnder, saveRoutedUnder } from './team/store.ts'

/** Episodes or groups handled in one transaction. */
const BATCH = 500

/** Re-routes if some open episode may not be where the documents in force place it: also after a crash half way. */
export async function followDocuments(p: Pipeline): Promise<void> {
  if ((await routedUnder(p.db.reader)) !== p.routing().epoch) await reroute(p)
}

/** Safe to repeat: an episode already in the groups it belongs to is left alone. Returns how many episodes moved. */
export async function reroute(p: Pipeline): Promise<number> {
  const { epoch } = p.routing()
  let moved = 0
  let after: number | null = 0
  while (after !== null) {
    const from: number = after
    after = await p.db.transaction(async (tx) => {
      const groups = new GroupLives(tx, p.store, p.routing())
      const batch = await p.store.episodes.openAfter(tx, from, BATCH)
      for (const episode of batch) if (await replace(p, tx, groups, episode)) moved++
      await groups.tickLeft()
      await groups.save()
      return batch.length < BATCH ? null : (batch.at(-1)?.id ?? null)
    }, BATCH)
  }
  await configureGroups(p)
  // Another document may have come meanwhile: then its own re-route says when all is in place.
  if (p.routing().epoch === epoch) await p.db.transaction((tx) => saveRoutedUnder(tx, epoch))
  return moved
}

/** Every living group reads its timers and destinations from the present documents. */
async function configureGroups(p: Pipeline): Promise<void> {
  const lives = [...p.store.groups.everyLife()].map((group) => group.id)
  for (let start = 0; start < lives.length; start += BATCH) {
    await p.db.transaction(async (tx) => {
      const groups = new GroupLives(tx, p.store, p.routing())
      for (const id of lives.slice(start, start + BATCH)) {
        const group = await p.store.groups.get(tx, id)
        if (group !== undefined) await groups.configure(group)
      }
      await groups.save()
    }, BATCH)
  }
}

/** Moves one episode to where the present documents place it; false when it is there already. */
async function replace(p: Pipeline, tx: Tx, groups: GroupLives, episode: Episode): Promise<boolean> {
  const labels = labelsFromText(episode.labelsText)
  const { outbox, ownSourceId } = p.store
  const own = episode.sourceId === ownSourceId
  const placed = own ? p.routing().placeOwn(labels, (id) => outbox.isDown(id)) : p.routing().place(labels)
  await followOwners(tx, episode, placed)
  const wanted = new Map(placed.placements.map((placement) => [keyOf(placement), placement]))
  const present = await presentPlaces(p, tx, episode)
  const stays = present.filter(({ group, member }) => member.joined !== null && wanted.has(groupKeyText(group)))
  for (const { group } of stays) wanted.delete(groupKeyText(group))
  const others = present.filter((place) => !stays.includes(place))
  const left = others.filter(({ member }) => member.joined === null)
  if (wanted.size === 0 && left.length === others.length) return false

  const known = new Set(others.flatMap(({ group, member }) => certainKnowers(group, member)))
  const next = new Map([...wanted].map(([key, placement]) => [key, destinationsOf(p, placement)]))
  const carriedOver = new Set([...next.values()].flat().filter((id) => known.has(id)))
  const stillOwed = ({ group, member }: Place) =>
    knowers(group.state.told, member).filter(({ id, certain }) => !certain || !carriedOver.has(id))
  const memberships = new Map(episode.memberships.map((m) => [m.groupId, m]))
  const returned = new Set<Place>()
  for (const [key, placement] of wanted) {
    const before = others.find(({ group }) => groupKeyText(group) === key)
    if (before !== undefined) returned.add(before)
    const carried = (next.get(key) ?? []).filter((id) => carriedOver.has(id)).map((id) => ({ id, certain: true }))
    const owed = before === undefined ? [] : stillOwed(before).filter(({ id }) => !carried.some((c) => c.id === id))
    const joined = await groups.join(placement, episode.id, labels, [...carried, ...owed])
    memberships.set(joined.groupId, joined)
  }
  for (const place of others) {
    if (returned.has(place)) continue
    const { group, member } = place
    memberships.set(group.id, await groups.leave(group, member, stillOwed(place)))
  }
  episode.memberships = [...memberships.values()]
  await p.store.episodes.save(tx, episode)
  await addNote(tx, episode.id, 'rerouted', JSON.stringify({ left: others.length - left.length, joined: wanted.size }))
  for (const beaten of placed.heartbeats) {
    await addNote(tx, episode.id, 'heartbeat', heartbeatNoteText(beaten, placed.placements.length > 0))
  }
  return true
}

async function followOwners(tx: Tx, episode: Episode, { teams, ownership }: Placed): Promise<void> {
  if (episode.ownership === ownership && episode.teams.join() === teams.join()) return
  episode.teams = teams
  episode.ownership = ownership
  await updateOwners(tx, episode)
  await indexTeams(tx, episode.id, teams)
}

function destinationsOf(p: Pipeline, { team, route, about }: Placement): number[] {
  const { destinations } = p.routing().config(team, route.id, about)
  return destinations.map(({ id }) => id)
}

function certainKnowers(group: GroupLife, member: Membership): number[] {
  return knowers(group.state.told, member).flatMap(({ id, certain }) => (certain ? [id] : []))
}

interface Place {
  readonly group: GroupLife
  readonly member: Membership
}

/** The living groups that have the episode as a member, also those it left that still owe somebody its end. */
async function presentPlaces(p: Pipeline, tx: Tx, episode: Episode): Promise<Place[]> {
  const places: Place[] = []
  for (const { groupId } of episode.memberships) {
    const group = await p.store.groups.get(tx, groupId)
    const member = group?.members.get(episode.id)
    if (group !== undefined && member !== undefined) places.push({ group, member })
  }
  return places
}

function keyOf({ team, route, labelsText, about }: Placement): string {
  return groupKeyText({ team, routeId: route.id, labelsText, about })
}
