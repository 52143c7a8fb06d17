import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import type { LedgerSnapshot, SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import type { LineEnd } from '../../src/observer/dump.ts'
import { BoundedLines, openStore, type Store } from '../../src/observer/stdout.ts'
import { droppedOf, ManualClock } from '../support/observed.ts'

const CHILD = fileURLToPath(new URL('../support/stalled-stdout.ts', import.meta.url))

function start(store: Store, pendingBytesMax = 30) {
  const clock = new ManualClock()
  const said: string[] = []
  const ends: Record<string, LineEnd> = {}
  const limits = { ...DEFAULT_LIMITS, dumpPendingBytesMax: pendingBytesMax, stdoutRetryMs: 10 }
  const lines = new BoundedLines({ store, limits, clock, say: (text) => said.push(text) })
  const write = (...texts: string[]) => {
    for (const text of texts)
      lines.write(`${text}\n`, (end) => {
        expect(ends).not.toHaveProperty(text)
        ends[text] = end
      })
  }
  return { clock, said, ends, lines, write }
}

describe('bounded lines', () => {
  test.each([1, 2, 3, 7, 100])(
    'stay whole when %i bytes go at a time and there is no room in between',
    async (most) => {
      let written = ''
      let calls = 0
      const store = (bytes: Buffer) => {
        if (calls++ % 2 === 0) return 0
        written += bytes.subarray(0, most)
        return Math.min(most, bytes.length)
      }
      const { clock, ends, write } = start(store)
      write('one', 'twotwo', 'three')
      await clock.pass(10_000)
      expect(written).toBe('one\ntwotwo\nthree\n')
      expect(ends).toEqual({ one: 'written', twotwo: 'written', three: 'written' })
    },
  )

  test('beyond the bound the newest is dropped and said once; the rest leaves when there is room', async () => {
    let room = 0
    let written = ''
    const store = (bytes: Buffer) => {
      const taken = bytes.subarray(0, room)
      room -= taken.length
      written += taken
      return taken.length
    }
    const { clock, said, ends, write } = start(store)
    room = 3
    write('aaaaaaaaa', 'bbbbbbbbb', 'ccccccccc', 'ddddddddd', 'eeeeeeeee')
    await clock.pass(100)
    expect(ends).toEqual({ ddddddddd: 'stdout_stalled', eeeeeeeee: 'stdout_stalled' })
    expect(said).toHaveLength(1)
    room = 1_000
    await clock.pass(100)
    write('f')
    await clock.pass(100)
    expect(written).toBe('aaaaaaaaa\nbbbbbbbbb\nccccccccc\nf\n')
  })

  test('a store that fails loses what is pending, is said once, and is tried again with the next line', async () => {
    let isBroken = true
    let written = ''
    const store = async (bytes: Buffer) => {
      if (isBroken) throw new Error('write EPIPE')
      written += bytes
      return bytes.length
    }
    const { clock, said, ends, write } = start(store)
    write('a', 'b')
    await clock.pass(10)
    write('c')
    await clock.pass(10)
    expect(ends).toEqual({ a: 'stdout_stalled', b: 'stdout_stalled', c: 'stdout_stalled' })
    expect(said).toEqual(['stdout takes no dump, its lines are dropped and counted: Error: write EPIPE'])
    isBroken = false
    write('d')
    await clock.pass(10)
    expect(written).toBe('d\n')
  })

  test('a line that an error tore does not spoil the next', async () => {
    const answers = [3, new Error('ENOSPC')]
    let written = ''
    const store = (bytes: Buffer) => {
      const answer = answers.shift() ?? bytes.length
      if (answer instanceof Error) throw answer
      written += bytes.subarray(0, answer)
      return answer
    }
    const { clock, write } = start(store)
    write('abcdef')
    await clock.pass(10)
    write('next')
    await clock.pass(10)
    expect(written).toBe('abc\nnext\n')
  })

  test('closing waits for what is pending, and no longer than it was told', async () => {
    const { clock, ends, lines, write } = start(() => 0)
    write('a', 'b')
    const closed = lines.close(50)
    await clock.pass(49)
    expect(ends).toEqual({})
    await clock.pass(1)
    await closed
    expect(ends).toEqual({ a: 'shutdown', b: 'shutdown' })
  })
})

describe('a real descriptor', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stdout-'))
    path = join(folder, 'out')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('a file takes all', async () => {
    const descriptor = openSync(path, 'w')
    await openStore(descriptor)(Buffer.from('line\n'))
    closeSync(descriptor)
    expect(readFileSync(path, 'utf8')).toBe('line\n')
  })

  test('a closed one throws and nothing else', () => {
    const descriptor = openSync(path, 'w')
    closeSync(descriptor)
    const store = openStore(descriptor)
    expect(() => store(Buffer.from('x'))).toThrow('EBADF')
  })

  test('a pipe that is not read says there is no room, at once, and what it took is all there is to read', async () => {
    execFileSync('mkfifo', [path])
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    // Blocking, as a stdout is: a write through this descriptor would hold the thread for good.
    const writer = openSync(path, constants.O_WRONLY)
    const clock = createClock()
    const lines = new BoundedLines({ store: openStore(writer), limits: DEFAULT_LIMITS, clock, say: () => undefined })
    const ends: LineEnd[] = []
    for (let line = 0; line < 20; line++) lines.write(`${String(line).padStart(9_999, '.')}\n`, (end) => ends.push(end))
    await new Promise((resolve) => clock.after(50, () => resolve(undefined)))
    expect(ends.length).toBeLessThan(20)
    let read = ''
    const bytes = Buffer.alloc(200_000)
    while (ends.length < 20 || read.length < 200_000) {
      await new Promise((resolve) => clock.after(5, () => resolve(undefined)))
      try {
        read += bytes.toString('latin1', 0, readSync(reader, bytes))
      } catch {
        // Nothing to read yet.
      }
    }
    expect(ends).toEqual(Array(20).fill('written'))
    expect(
      read
        .trimEnd()
        .split('\n')
        .map((line) => Number(line.replaceAll('.', ''))),
    ).toEqual([...Array(20).keys()])
    closeSync(writer)
    closeSync(reader)
  })

  async function runStalled(stdout: number | 'pipe'): Promise<Ended> {
    const child = spawn(process.execPath, [CHILD], { stdio: ['ignore', stdout, 'pipe'] })
    const stderr = child.stderr === null ? expect.fail('no stderr') : text(child.stderr)
    const [code] = await once(child, 'exit')
    // Read only now: a stream that is not read to its end keeps the child from being seen as closed.
    child.stdout?.resume()
    const told = await stderr
    return { code, told, report: JSON.parse(told.match(/^report (.*)$/m)?.[1] ?? expect.fail(told)) }
  }

  test('stalled, as a pipe: the observer drops and counts, nothing waits, the process ends', async () => {
    execFileSync('mkfifo', [path])
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = openSync(path, constants.O_WRONLY)
    expectStalled(await runStalled(writer))
    closeSync(writer)
    closeSync(reader)
  })

  test('stalled, as a socket (what a parent Node process gives): the same', async () => {
    expectStalled(await runStalled('pipe'))
  })

  test('closed by its reader: said once, dropped, and the process ends', async () => {
    execFileSync('mkfifo', [path])
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = openSync(path, constants.O_WRONLY)
    closeSync(reader)
    const { code, told, report } = await runStalled(writer)
    closeSync(writer)
    expect(code).toBe(0)
    // On a busy machine it may be seen as a reader that is slow, before it is seen to be gone.
    expect(told.match(/^say .*dump.*$/gm)).toEqual([
      expect.stringMatching(/stdout (?:takes no|does not take the) dump/),
    ])
    expect(report.closed.dump).toMatchObject({ created: 3_000, exported: 0, queued: 0 })
  })
})

interface Ended {
  readonly code: unknown
  readonly told: string
  readonly report: { ticks: number; wasStalled: SignalBalance; closed: LedgerSnapshot }
}

function expectStalled({ code, told, report }: Ended) {
  expect(told).toContain('stdout does not take the dump')
  expect(code).toBe(0)
  const { dump, exchange } = report.closed
  expect(report.ticks).toBeGreaterThan(10)
  expect(report.wasStalled.dropped.stdout_stalled).toBeGreaterThan(100)
  expect(exchange).toMatchObject({ created: 3_000, exported: 3_000, queued: 0 })
  expect(dump).toMatchObject({ created: 3_000, queued: 0 })
  expect(dump.exported + droppedOf(dump)).toBe(3_000)
}
