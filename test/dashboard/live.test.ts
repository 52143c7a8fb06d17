/** Against an EventSource that does what a browser's does when the sidecar goes, comes, is silent, or refuses. */
import { beforeEach, expect, it } from 'vitest'
import type { BrowserClock } from '../../src/dashboard/clock.ts'
import { type EventSourceLike, Live } from '../../src/dashboard/live.ts'

class FakeSource implements EventSourceLike {
  readonly url: string
  isClosed = false
  readonly #listeners = new Map<string, (event: { readonly data?: string }) => void>()

  constructor(url: string) {
    this.url = url
  }

  addEventListener(name: string, listener: (event: { readonly data?: string }) => void): void {
    this.#listeners.set(name, listener)
  }

  close(): void {
    this.isClosed = true
  }

  says(name: string, data?: unknown): void {
    this.#listeners.get(name)?.(data === undefined ? {} : { data: JSON.stringify(data) })
  }
}

let sources: FakeSource[]
let heard: unknown[]
let lost: number[]
let nowMs: number
let timers: { readonly atMs: number; readonly work: () => void }[]

const clock: BrowserClock = {
  wallMs: () => nowMs,
  after(ms, work) {
    const timer = { atMs: nowMs + ms, work }
    timers.push(timer)
    return () => {
      timers = timers.filter((each) => each !== timer)
    }
  },
}

function pass(ms: number): void {
  const untilMs = nowMs + ms
  for (;;) {
    const [due] = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
    if (due === undefined) break
    nowMs = due.atMs
    timers = timers.filter((each) => each !== due)
    due.work()
  }
  nowMs = untilMs
}

function start(where = ''): Live {
  const live = new Live({
    open(url) {
      const source = new FakeSource(url)
      sources.push(source)
      return source
    },
    clock,
    onEvent: (event) => heard.push(event),
    onLost: (atMs) => lost.push(atMs),
  })
  live.connect(where)
  return live
}

const last = (): FakeSource => sources.at(-1) as FakeSource

beforeEach(() => {
  sources = []
  heard = []
  lost = []
  timers = []
  nowMs = 1_000
})

it('asks for the stream, with the filter written for an address', () => {
  start()
  expect(last().url).toBe('live')
  start('path^="/a&b"')
  expect(last().url).toBe('live?where=path%5E%3D%22%2Fa%26b%22')
})

it('hands over what comes', () => {
  start()
  last().says('hello', { a: 1 })
  last().says('tick', { b: 2 })
  last().says('exchanges', { c: 3 })
  last().says('something else', { d: 4 })
  expect(heard).toEqual([
    { event: 'hello', data: { a: 1 } },
    { event: 'tick', data: { b: 2 } },
    { event: 'exchanges', data: { c: 3 } },
  ])
})

it('tries again when the connection is lost, soon at first and then every three seconds, for ever', () => {
  start()
  const opened: number[] = []
  for (let attempt = 0; attempt < 6; attempt++) {
    const before = sources.length
    last().says('error')
    expect(sources.at(before - 1)?.isClosed).toBe(true)
    while (sources.length === before) pass(100)
    opened.push(nowMs)
  }
  expect(opened.map((at, index) => at - (opened[index - 1] ?? 1_000))).toEqual([500, 1_000, 2_000, 3_000, 3_000, 3_000])
  expect(lost.length).toBe(6)
})

it('tries soon again after it was heard in between', () => {
  start()
  last().says('error')
  pass(500)
  last().says('error')
  pass(1_000)
  last().says('hello', {})
  const count = sources.length
  last().says('error')
  pass(500)
  expect(sources.length).toBe(count + 1)
})

it('takes silence for a loss, and no tick in time for silence', () => {
  start()
  last().says('hello', {})
  for (let second = 0; second < 20; second++) {
    pass(1_000)
    last().says('tick', {})
  }
  expect(lost).toEqual([])
  pass(6_000)
  expect(lost).toEqual([nowMs])
  expect(last().isClosed).toBe(true)
})

it('leaves one stream for another when the filter changes, and hears no more of the first', () => {
  const live = start()
  const first = last()
  live.connect('error')
  expect(first.isClosed).toBe(true)
  first.says('tick', { of: 'the first' })
  first.says('error')
  expect(heard).toEqual([])
  expect(lost).toEqual([])
  last().says('hello', { of: 'the second' })
  expect(heard).toEqual([{ event: 'hello', data: { of: 'the second' } }])
})

it('comes back with the filter it had', () => {
  start('error')
  last().says('error')
  pass(500)
  expect(last().url).toBe('live?where=error')
})
