/** The three verbs on a real store: what one request does to episodes, groups and the outbox, and what is left if it fails. */
import { describe, expect, it } from 'vitest'
import { rigOn } from './rig.ts'
import { stores } from './stores.ts'

describe.each(stores)('$name', (store) => {
  it('is told once, at once, with group_wait 0', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const down = { alertname: 'Down' }
    await rig.post({ labels: down, startsAt: rig.clock.now() })
    const [message] = await rig.deliverAll()
    expect(message?.reason).toBe('first')
  })
})
