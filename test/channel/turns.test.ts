/** The line before the mail server: never more at once than it takes, in order, and nobody waits for ever. */
import { expect, it } from 'vitest'
import { turns } from '../../src/channel/turns.ts'

const patient = new AbortController().signal

const settled = () => new Promise(setImmediate)

/** Work that ends when the test says so. */
function works(count: number) {
  const begun: number[] = []
  const ends: (() => void)[] = []
  const inTurn = turns(2)
  const results = Array.from({ length: count }, (_, n) =>
    inTurn(patient, () => {
      begun.push(n)
      return new Promise<number>((resolve) => {
        ends[n] = () => resolve(n)
      })
    }),
  )
  return { inTurn, begun, results, end: (n: number) => ends[n]?.() }
}

it('lets two in, and then one for each that leaves, in order of asking', async () => {
  const { begun, results, end } = works(4)
  await settled()
  expect(begun).toEqual([0, 1])
  end(1)
  expect(await results[1]).toBe(1)
  await settled()
  expect(begun).toEqual([0, 1, 2])
  end(0)
  await settled()
  expect(begun).toEqual([0, 1, 2, 3])
  end(2)
  end(3)
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3])
})

it('gives the turn of work that fails to the next', async () => {
  const inTurn = turns(1)
  const failing = inTurn(patient, () => Promise.reject(new Error('broken')))
  const next = inTurn(patient, async () => 'done')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('done')
})

it('rejects with its reason who is called off while waiting, and forgets it', async () => {
  const { inTurn, begun, results, end } = works(2)
  const calledOff = new AbortController()
  const waiting = inTurn(calledOff.signal, async () => begun.push(99))
  const last = inTurn(patient, async () => 'last')
  calledOff.abort(new Error('too late'))
  await expect(waiting).rejects.toThrow('too late')
  end(0)
  expect(await last).toBe('last')
  end(1)
  await Promise.all(results)
  expect(begun).toEqual([0, 1])
})

it('lets nobody in who was called off before', async () => {
  const inTurn = turns(1)
  await expect(inTurn(AbortSignal.abort(new Error('over')), async () => 1)).rejects.toThrow('over')
  expect(await inTurn(patient, async () => 2)).toBe(2)
})
