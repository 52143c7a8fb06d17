import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch } from '../../otel/backlog.ts'
import { SpanBacklog } from '../../otel/span-backlog.ts'
import { toSpan } from '../../otel/spans.ts'
import { decodeMessage } from '../support/protobuf.ts'
import { OWNER, tracedOf } from '../support/spans.ts'

const BOUNDS = { countMax: 5, bytesMax: 1e6, batchMax: 2 }

/** What the SDK's serialiser makes of the spans of these exchanges. */
function expected(...ids: number[]): unknown {
  const spans = ids.map((id) => toSpan(tracedOf(id), OWNER))
  return decodeMessage(ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array())
}
const said = (batch: Batch): unknown => decodeMessage(batch.encode())

function pushed(backlog: SpanBacklog, ...ids: number[]): boolean[] {
  return ids.map((id) => backlog.push(tracedOf(id)))
}

test('spans leave in the order they came, a message at most in one batch', () => {
  const backlog = new SpanBacklog(BOUNDS, OWNER)
  expect(backlog.isEmpty).toBe(true)
  pushed(backlog, 1)
  expect([backlog.hasBatch, backlog.isEmpty]).toEqual([false, false])
  pushed(backlog, 2, 3, 4, 5)
  expect(backlog.hasBatch).toBe(true)
  expect([said(backlog.take()), said(backlog.take())]).toEqual([expected(1, 2), expected(3, 4)])
  expect(backlog.hasBatch).toBe(false)
  const last = backlog.take()
  expect([said(last), last.count, backlog.isEmpty]).toEqual([expected(5), 1, true])
})

test('it is bounded by spans, and what was taken counts until it is released', () => {
  const backlog = new SpanBacklog(BOUNDS, OWNER)
  expect(pushed(backlog, 1, 2, 3, 4, 5, 6)).toEqual([true, true, true, true, true, false])
  const first = backlog.take()
  expect([backlog.count, ...pushed(backlog, 7)]).toEqual([5, false])
  first.release()
  expect([backlog.count, ...pushed(backlog, 8)]).toEqual([3, true])
  backlog.take()
  expect(said(backlog.take())).toEqual(expected(5, 8))
})

test('it is bounded by bytes: a span that is too much is not in the message, one that is alone is', () => {
  const one = tracedOf(1)
  const whole = new SpanBacklog({ ...BOUNDS, bytesMax: 1 }, OWNER)
  expect([whole.push(one), whole.push(one)]).toEqual([true, false])
  const batch = whole.take()
  expect(said(batch)).toEqual(expected(1))
  batch.release()
  expect(pushed(whole, 2, 3)).toEqual([true, false])
  expect(said(whole.take())).toEqual(expected(2))
})

test('whatever is pushed, taken and released, each span that was taken in leaves once, and its books agree', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('push', 'take', 'release'), { maxLength: 60 }), (steps) => {
      const backlog = new SpanBacklog(BOUNDS, OWNER)
      const [waiting, taken]: [number[], Batch[]] = [[], []]
      let [id, held] = [0, 0]
      for (const step of steps) {
        if (step === 'push' && backlog.push(tracedOf(++id))) {
          waiting.push(id)
          held++
        }
        if (step === 'take' && !backlog.isEmpty) {
          const batch = backlog.take()
          expect(said(batch)).toEqual(expected(...waiting.splice(0, batch.count)))
          taken.push(batch)
        }
        const released = step === 'release' ? taken.shift() : undefined
        released?.release()
        held -= released?.count ?? 0
        expect(backlog.count).toBe(held)
        expect(backlog.isEmpty).toBe(waiting.length === 0)
      }
    }),
  )
})
