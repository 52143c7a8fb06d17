import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type InflightRequest, InflightTable } from '../src/inflight.ts'

function requestOf(id: number, changes: Partial<InflightRequest> = {}): InflightRequest {
  const traceId = String(id).padStart(32, '0')
  return { id, traceId, startedMonotonicMs: id + 0.5, method: 'GET', path: `/${id}`, phase: 'request', ...changes }
}

test('another view of the memory shows what was begun and not ended', () => {
  const table = new InflightTable(4)
  const view = new InflightTable(table.memory)
  expect([view.count(), view.list()]).toEqual([0, []])
  const first = table.begin(requestOf(1))
  const second = table.begin(requestOf(2, { method: 'DELETE', phase: 'waiting' }))
  table.phase(first, 'response')
  expect(view.list()).toEqual([
    requestOf(1, { phase: 'response' }),
    requestOf(2, { method: 'DELETE', phase: 'waiting' }),
  ])
  table.end(first)
  expect(view.list().map(({ id }) => id)).toEqual([2])
  table.end(second)
  expect([view.count(), view.list()]).toEqual([0, []])
})

test('long and strange texts are cut to their slot and spoil no other', () => {
  const table = new InflightTable(2)
  table.begin(requestOf(1, { method: 'M'.repeat(99), path: `/${'\u00e9'.repeat(999)}` }))
  table.begin(requestOf(2, { path: '' }))
  const [long, empty] = table.list()
  expect(long?.method).toBe('M'.repeat(15))
  expect(long?.path).toBe(`/${'\u00e9'.repeat(182)}`)
  expect(empty).toEqual(requestOf(2, { path: '' }))
})

test('whatever begins and ends: the count is exact, and the list is right as long as there are slots', () => {
  const property = fc.property(fc.array(fc.nat(9)), (steps) => {
    const table = new InflightTable(3)
    const view = new InflightTable(table.memory)
    const open = new Map<number, number>()
    for (const [index, step] of steps.entries()) {
      const [ending] = [...open.keys()].slice(step)
      if (step < 5 || ending === undefined) open.set(index, table.begin(requestOf(index)))
      else {
        table.end(open.get(ending) ?? 0)
        open.delete(ending)
      }
      expect(view.count()).toBe(open.size)
      expect(table.underWay).toBe(open.size)
      const seen = [...open].filter(([, slot]) => slot !== 0).map(([id]) => id)
      expect(
        view
          .list()
          .map(({ id }) => id)
          .sort(),
      ).toEqual(seen.sort())
    }
  })
  fc.assert(property)
})

test('a reader on another thread never sees half of one request and half of another', async () => {
  const table = new InflightTable(2)
  const code = `
    import { parentPort, workerData } from 'node:worker_threads'
    const { InflightTable } = await import(workerData.url)
    const table = new InflightTable(workerData.memory)
    const ids = new Set()
    while (ids.size < 5_000)
      for (const request of table.list()) {
        ids.add(request.id)
        const texts = [request.traceId, request.path.slice(1)].map(Number)
        if (texts.some((text) => text !== request.id) || request.startedMonotonicMs !== request.id + 0.5)
          throw new Error('torn: ' + JSON.stringify(request))
      }
    parentPort.postMessage('done')`
  const workerData = { url: new URL('../src/inflight.ts', import.meta.url).href, memory: table.memory }
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData })
  let isDone = false
  const done = new Promise<void>((resolve, reject) => {
    worker.on('error', reject)
    worker.on('message', () => resolve())
  }).finally(() => {
    isDone = true
  })
  let held = table.begin(requestOf(0))
  for (let id = 1; !isDone; id++) {
    const next = table.begin(requestOf(id))
    table.end(held)
    held = next
    if (id % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await done
})
