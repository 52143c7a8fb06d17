import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import type { Dial } from '../../src/tunnel/dial.ts'
import { OriginLink } from '../../src/tunnel/origin-link.ts'
import { End, settled, wirePair } from '../support/play.ts'

function link(result: 'wire' | 'refused'): {
  origin: OriginLink
  to: { key: string; dial: Dial }
  far: End[]
  seen: string[]
} {
  const far: End[] = []
  const seen: string[] = []
  const dial: Dial = (done) => {
    const timer = setImmediate(() => {
      if (result === 'refused') return done({ kind: 'unreachable', code: 'ECONNREFUSED' })
      const [near, other] = wirePair()
      far.push(new End(other))
      done(near)
    })
    return () => clearImmediate(timer)
  }
  const events = {
    originConnected: () => seen.push('connected'),
    originUnreachable: ({ code }: { code: string }) => seen.push(code),
    originBytes: (bytes: Buffer) => seen.push(`bytes ${bytes}`) > 0,
    originEnded: () => seen.push('ended'),
    originClosed: (code: string | undefined) => seen.push(`closed ${code}`),
    originDrained: () => seen.push('drained'),
  }
  return {
    origin: new OriginLink(events, { ...DEFAULT_LIMITS, readAheadBytesMax: 10 }),
    to: { key: '', dial },
    far,
    seen,
  }
}

test('bytes wait for the connection, and say when they are too many', async () => {
  const { origin, to, far, seen } = link('wire')
  expect(origin.ensure(to)).toBe(false)
  origin.write('12345')
  expect(origin.flush()).toBe(true)
  origin.write(Buffer.from('678901'))
  expect(origin.flush()).toBe(false)
  await settled()
  await far[0]?.receives('12345678901')
  expect(seen).toEqual(['connected', 'drained'])
  expect(origin.ensure(to)).toBe(true)
})

test('after it was closed nothing is heard of it, and the next need dials again', async () => {
  const { origin, to, far, seen } = link('wire')
  origin.ensure(to)
  await settled()
  origin.close()
  far[0]?.sends('late')
  await settled()
  expect(seen).toEqual(['connected', 'drained'])
  expect(origin.ensure(to)).toBe(false)
  await settled()
  expect(far).toHaveLength(2)
})

test('an abort is no clean end, and says nothing back', async () => {
  const { origin, to, far } = link('wire')
  origin.ensure(to)
  await settled()
  origin.abort()
  await far[0]?.seesBreak()
})

test('a refusal is told, and forgets what was waiting', async () => {
  const { origin, to, seen } = link('refused')
  origin.ensure(to)
  origin.write('x')
  await settled()
  expect(seen).toEqual(['ECONNREFUSED'])
  expect(origin.ensure(to)).toBe(false)
})

test('another place is another connection', async () => {
  const { origin, to, far } = link('wire')
  origin.ensure(to)
  await settled()
  expect(origin.ensure({ ...to, key: 'other:80' })).toBe(false)
  origin.write('x')
  origin.flush()
  await settled()
  await far[1]?.receives('x')
  expect(far).toHaveLength(2)
})
