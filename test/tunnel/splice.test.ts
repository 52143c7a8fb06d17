import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type Splice, type SpliceEnd, splice, spliceError } from '../../src/tunnel/splice.ts'
import type { TakeBytes } from '../../src/tunnel/wire.ts'
import { End, settled, wirePair } from '../support/play.ts'

function joined(): { client: End; origin: End; stop: Splice['stop']; end: Promise<SpliceEnd> } {
  const [clientNear, clientFar] = wirePair()
  const [originNear, originFar] = wirePair()
  const { promise, resolve } = Promise.withResolvers<SpliceEnd>()
  const { stop } = splice(clientNear, originNear, resolve)
  return { client: new End(clientFar), origin: new End(originFar), stop, end: promise }
}

describe('splice', () => {
  test('passes both ways, half-close too, and counts', async () => {
    const { client, origin, end } = joined()
    client.sends('abc')
    await origin.receives('abc')
    client.finishes()
    await origin.seesEnd()
    origin.sends('still here')
    await client.receives('still here')
    origin.finishes()
    await client.seesEnd()
    expect(await end).toEqual({ outcome: 'complete', bytesIn: 3, bytesOut: 10 })
  })

  test('a client that vanishes breaks the origin', async () => {
    const { client, origin, end } = joined()
    client.vanishes()
    await origin.seesBreak()
    expect(await end).toMatchObject({ outcome: 'client-aborted' })
  })

  test('an origin that vanishes breaks the client', async () => {
    const { client, origin, end } = joined()
    origin.vanishes()
    await client.seesBreak()
    expect(await end).toMatchObject({ outcome: 'origin-aborted' })
  })

  test('stopping ends both and says that it was us', async () => {
    const { client, origin, stop, end } = joined()
    stop('stopped')
    await Promise.all([client.seesBreak(), origin.seesBreak()])
    expect(spliceError(await end)).toEqual({ type: 'stopped', at: 'sidecar' })
  })

  test('a reader that does not read holds the writer back', async () => {
    const [clientNear, clientFar] = wirePair()
    const [originNear] = wirePair()
    splice(clientNear, originNear, () => {})
    let written = 0
    const block = Buffer.alloc(65_536)
    while (written < 64 * 1_048_576 && clientFar.write(block)) written += block.length
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBeLessThan(1_048_576)
  })
})

describe('bytes that go into memory which is used again', () => {
  test('are held until the other side has taken them', async () => {
    const [near] = wirePair()
    const held: (() => void)[] = []
    const other = new Duplex({
      read() {},
      write: (_bytes, _encoding, written) => void (held.push(written) > 1 && written()),
    })
    let take: TakeBytes = () => true
    splice(Object.assign(near, { readInto: (taking: TakeBytes) => (take = taking) }), other, () => {})
    expect(take(Buffer.alloc(100_000))).toBe(false)
    expect(near.isPaused()).toBe(true)
    held[0]?.()
    await settled()
    expect(near.isPaused()).toBe(false)
    expect(take(Buffer.alloc(100_000))).toBe(true)
  })
})
