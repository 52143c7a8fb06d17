import { expect, test } from 'vitest'
import { loopProblems, pushLoopProblems, readSignal, readSpool } from '../src/config-otlp.ts'
import { type Environment, type Problem, Reader } from '../src/config-reader.ts'

function read(env: Environment): { settings: ReturnType<typeof readSignal>; notes: string[]; problems: Problem[] } {
  const notes: string[] = []
  const problems: Problem[] = []
  return { settings: readSignal(new Reader(env, problems), 'TRACES', '/v1/traces', notes), notes, problems }
}
const P = 'OTEL_EXPORTER_OTLP_'

test('nothing set is nothing asked for', () => {
  expect(read({})).toEqual({ settings: { protocol: 'http/protobuf' }, notes: [], problems: [] })
})

test('a signal’s own variable goes before the general one, headers one by one', () => {
  const { settings } = read({
    [`${P}ENDPOINT`]: 'https://c:4318/',
    [`${P}TIMEOUT`]: '1000',
    [`${P}TRACES_TIMEOUT`]: '2000',
    [`${P}COMPRESSION`]: 'gzip',
    [`${P}TRACES_COMPRESSION`]: 'none',
    [`${P}HEADERS`]: 'a=1,B=two%20words',
    [`${P}TRACES_HEADERS`]: 'a=2',
    [`${P}CERTIFICATE`]: '/ca.pem',
    [`${P}TRACES_CLIENT_CERTIFICATE`]: '/me.pem',
    [`${P}CLIENT_KEY`]: '/key.pem',
  })
  expect(settings).toEqual({
    protocol: 'http/protobuf',
    endpoint: 'https://c:4318/v1/traces',
    headers: { a: '2', b: 'two words' },
    tls: { ca: '/ca.pem', cert: '/me.pem', key: '/key.pem' },
    timeoutMs: 2000,
  })
})

test('gzip', () => {
  expect(read({ [`${P}COMPRESSION`]: 'gzip' }).settings.gzip).toBe(true)
  expect(read({ [`${P}COMPRESSION`]: 'zstd' }).problems).toMatchObject([{ name: `${P}COMPRESSION` }])
})

test.each([
  's3cret',
  '=s3cret',
  'a b=s3cret',
  'a=s3cret%0d%0ax: y',
  'a=s3cret%zz',
  'Content-Length=s3cret',
  'a=s3cret%E2%82%AC',
])('the pair %j is left out, said, and not shown', (pair) => {
  const { settings, notes } = read({ [`${P}HEADERS`]: `ok=1,${pair}` })
  expect(settings.headers).toEqual({ ok: '1' })
  expect(notes).toHaveLength(1)
  expect(notes[0]).toContain('pair 2 of 2')
  expect(notes[0]).not.toContain('s3cret')
})

const signal = (endpoint: string) => ({ enabled: true, protocol: 'http/protobuf', endpoint }) as const
const DOORS = [{ host: '0.0.0.0', port: 8080 }, { host: '10.0.0.7', port: 80 }, undefined]

test.each([
  ['http://localhost:8080/v1/traces', true],
  ['http://127.0.0.1:8080', true],
  ['http://127.9.9.9:8080', true],
  ['http://[::1]:8080', true],
  ['http://[::]:8080', true],
  ['http://10.0.0.7', true],
  ['http://10.0.0.8', false],
  ['http://localhost:4318', false],
  ['http://collector:8080', false],
])('telemetry to %s is a loop: %s', (endpoint, isLoop) => {
  expect(loopProblems([signal(endpoint)], DOORS)).toHaveLength(isLoop ? 1 : 0)
  expect(loopProblems([{ ...signal(endpoint), enabled: false }], DOORS)).toEqual([])
})

test.each([
  ['http://me:s3cret@localhost:8080/stats', true],
  ['https://dashboard/podspan', false],
  [undefined, false],
])('a push to %s is a loop: %s', (url, isLoop) => {
  const problems = pushLoopProblems(url, DOORS)
  expect(problems).toHaveLength(isLoop ? 1 : 0)
  expect(JSON.stringify(problems)).not.toContain('s3cret')
})

test('the spool is a folder, or none', () => {
  expect(readSpool({ PODSPAN_SPOOL: ' /spool ' })).toEqual({ spool: '/spool' })
  expect(readSpool({ PODSPAN_SPOOL: '' })).toEqual({})
})
