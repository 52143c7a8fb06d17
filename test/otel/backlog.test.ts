import { expect, test } from 'vitest'
import { type Batch, ItemBacklog } from '../../otel/backlog.ts'

/** Of numbers, each as heavy as it is large. */
function backlogOf(batchMax: number): ItemBacklog<number> {
  return new ItemBacklog<number>(
    { countMax: 3, bytesMax: 100, batchMax },
    (item) => item,
    (items) => Uint8Array.from(items),
  )
}
const said = (batch: Batch): number[] => [...batch.encode()]

test('it is bounded by items and by bytes, and what was taken counts until it is released', () => {
  const backlog = backlogOf(2)
  expect([1, 2, 3, 4].map((item) => backlog.push(item))).toEqual([true, true, true, false])
  expect(backlog.hasBatch).toBe(true)
  const first = backlog.take()
  expect([said(first), first.count]).toEqual([[1, 2], 2])
  expect([backlog.hasBatch, backlog.isEmpty, backlog.count]).toEqual([false, false, 3])
  expect(backlog.push(5)).toBe(false)
  first.release()
  expect([backlog.push(97), backlog.push(1)]).toEqual([true, false])
  expect(said(backlog.take())).toEqual([3, 97])
  expect([backlog.isEmpty, backlog.count]).toEqual([true, 2])
})

test('one that alone is over a bound passes when nothing else is held: a collection of metrics is not divided', () => {
  const backlog = backlogOf(1)
  expect(backlog.push(200, 9)).toBe(true)
  expect(backlog.push(1)).toBe(false)
  backlog.take().release()
  expect(backlog.push(1)).toBe(true)
})
