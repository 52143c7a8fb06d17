import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CliOptions, type Config, readConfig } from '../src/config.ts'

const READINGS = { hostname: 'shop-5d4f8c7b9d-x2x4z', version: '1.2.3' }
const read = (options: CliOptions, env: Record<string, string> = {}): ReturnType<typeof readConfig> =>
  readConfig(options, env, READINGS)

function config(options: CliOptions, env: Record<string, string> = {}, target = '8087'): Config {
  const result = read(target === '' ? options : { target, ...options }, env)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config
}

function problems(options: CliOptions, env: Record<string, string> = {}): string[] {
  const result = read(options, env)
  return result.ok ? [] : result.problems.map(({ name }) => name)
}

test('defaults: port 8080 before the target, dump on because no endpoint is set, and that is said', () => {
  const result = read({ target: '8087' })
  expect(result).toMatchObject({
    ok: true,
    config: {
      listen: { host: '0.0.0.0', port: 8080 },
      target: { kind: 'tcp', host: 'localhost', port: 8087 },
      opaque: false,
      dump: { enabled: true, format: 'history', full: false },
      telemetry: { enabled: false },
    },
  })
  expect(result.ok && result.notes.join()).toContain('OTEL_EXPORTER_OTLP_ENDPOINT')
})

test.each([
  ['8087', 'localhost', 8087],
  ['app:8087', 'app', 8087],
  ['[::1]:8087', '::1', 8087],
  ['http://app:8087', 'app', 8087],
  ['http://app/', 'app', 80],
  ['app:80', 'app', 80],
])('target %s', (target, host, port) => {
  expect(config({ target }).target).toEqual({ kind: 'tcp', host, port })
})

test.each(['https://app', 'http://app/path', 'http://u@app', '0', '99999', 'app', 'ftp://app', 'a b:1'])(
  'target %s is a problem',
  (target) => {
    expect(problems({ target })).toEqual(['--target'])
  },
)

test('every problem is reported, under the name the person wrote', () => {
  const env = {
    TARGET_PORT: 'x',
    PODSPAN_RING: '0',
    PODSPAN_DUMP_EVERY: 'soon',
    PODSPAN_TYPO: '1',
    OTEL_TRACES_SAMPLER: 'some',
  }
  expect(problems({ port: 'http', dumpFormat: 'xml' }, env).sort()).toEqual([
    '--dump-format',
    '--port',
    'OTEL_TRACES_SAMPLER',
    'PODSPAN_DUMP_EVERY',
    'PODSPAN_RING',
    'PODSPAN_TYPO',
    'TARGET_PORT',
  ])
})

test('the first names still work, flags win, empty is unset', () => {
  expect(config({}, { port: '1', target_port: '2' }, '')).toMatchObject({
    listen: { port: 1 },
    target: { port: 2 },
  })
  expect(config({ port: '3' }, { PORT: '1' }).listen.port).toBe(3)
  expect(config({}, { PORT: '' }).listen.port).toBe(8080)
})

test('variables Kubernetes writes for a Service called podspan are not ours', () => {
  const env = {
    PODSPAN_SERVICE_HOST: '10.0.0.1',
    PODSPAN_PORT: 'tcp://10.0.0.1:80',
    PODSPAN_PORT_80_TCP: 'x',
    PODSPAN_SERVICE_PORT: '80',
  }
  expect(problems({ target: '1' }, env)).toEqual([])
})

test('its own ports as the collector are a loop', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:8080' }
  expect(problems({ target: '1' }, env)).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT'])
  expect(problems({ target: '1', port: '2', healthPort: '8080' }, env)).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT'])
  expect(problems({ target: '1', port: '9999' }, env)).toEqual([])
})

test('the pretty log is coloured for a terminal, unless the environment says otherwise', () => {
  const colour = (env: Record<string, string>, stdoutIsTty?: boolean): boolean | undefined => {
    const readings = stdoutIsTty === undefined ? READINGS : { ...READINGS, stdoutIsTty }
    const result = readConfig({ target: '8087', log: 'pretty' }, env, readings)
    return result.ok ? result.config.dump.colour : undefined
  }
  expect(read({ target: '8087', log: 'pretty' })).toMatchObject({ ok: true, notes: [] })
  expect([colour({}), colour({}, false), colour({}, true)]).toEqual([false, false, true])
  expect([colour({ NO_COLOR: '1' }, true), colour({ FORCE_COLOR: '1' }, false)]).toEqual([false, true])
})

test('the spool is a folder, by flag or variable', () => {
  expect(config({}).telemetry.spool).toBeUndefined()
  expect(config({}, { PODSPAN_SPOOL: '/a' }).telemetry.spool).toBe('/a')
  expect(config({ spool: '/b' }, { PODSPAN_SPOOL: '/a' }).telemetry.spool).toBe('/b')
})

test('its own port as the target is a loop', () => {
  expect(problems({ port: '8087', target: '8087' })).toEqual(['--target'])
  expect(problems({ port: '8087', target: 'elsewhere:8087' })).toEqual([])
})

test('the least drain fits into the whole', () => {
  expect(config({ minDrain: '5s' }).limits.drainMinMs).toBe(5_000)
  expect(problems({ target: '1', minDrain: '20s' })).toEqual(['--min-drain'])
  expect(problems({ target: '1', minDrain: '20s', drain: '30s' })).toEqual([])
})

test('the admin port is of the loopback, there unless it is off, and known to be asked for or not', () => {
  expect(config({}).admin).toEqual({ host: '127.0.0.1', port: 4199, asked: false })
  expect(config({ adminPort: '0' }).admin).toEqual({ host: '127.0.0.1', port: 0, asked: true })
  expect(config({}, { PODSPAN_ADMIN_PORT: 'off' }).admin).toBeUndefined()
  expect(problems({ target: '1', adminPort: 'yes' })).toEqual(['--admin-port'])
})

test('a log for people takes the place of the dump, whatever else is sent', () => {
  expect(config({ log: 'pretty' }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).dump).toMatchObject({
    enabled: true,
    format: 'pretty',
  })
  expect(problems({ target: '1', log: 'verbose' })).toEqual(['--log'])
})

test.each(['ready', '/a b', '/a\u0000'])('%j is no path to ask the app at', (readyPath) => {
  expect(problems({ target: '1', readyPath })).toEqual(['--ready-path'])
})

test.each([
  ['500ms', 500],
  ['5s', 5_000],
  ['1.5s', 1_500],
  ['2m', 120_000],
  ['250', 250],
])('%s is %i ms', (text, ms) => {
  expect(config({ dumpEvery: text }).limits.dumpEveryMs).toBe(ms)
})

describe('OpenTelemetry', () => {
  test('the endpoint alone is enough; each signal gets its path', () => {
    const { telemetry, dump } = config({}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' })
    expect(telemetry).toMatchObject({
      enabled: true,
      traces: { enabled: true, protocol: 'http/protobuf', endpoint: 'http://c:4318/v1/traces' },
      metrics: { enabled: true, endpoint: 'http://c:4318/v1/metrics' },
      sampler: { name: 'parentbased_always_on' },
    })
    expect(dump.enabled).toBe(false)
  })

  test.each([
    [{ OTEL_SDK_DISABLED: 'true' }, false, false],
    [{ OTEL_TRACES_EXPORTER: 'none' }, false, true],
    [{ OTEL_METRICS_EXPORTER: 'none' }, true, false],
    [{}, true, true],
  ])('%o: traces %s, metrics %s', (env, traces, metrics) => {
    const { telemetry } = config({}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', ...env })
    expect([telemetry.traces.enabled, telemetry.metrics.enabled, telemetry.enabled]).toEqual([
      traces,
      metrics,
      traces || metrics,
    ])
  })

  test('a signal’s own endpoint and protocol are taken as they are', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://p:9090/api/v1/otlp/v1/metrics',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
    }
    expect(config({}, env).telemetry).toMatchObject({
      traces: { protocol: 'grpc', endpoint: 'http://c:4317' },
      metrics: { protocol: 'http/protobuf', endpoint: 'http://p:9090/api/v1/otlp/v1/metrics' },
    })
  })

  test('a black box that is too small for those in flight is a problem, where there is one', () => {
    const limit = ['blackBoxBytesMax=512k']
    expect(problems({ target: '1', limit, blackBox: '/box' }, {})).toEqual(['blackBoxBytesMax'])
    expect(problems({ target: '1', limit }, {})).toEqual([])
  })

  test('a batch larger than the queue is a problem', () => {
    expect(problems({ target: '1' }, { OTEL_BSP_MAX_QUEUE_SIZE: '10' })).toEqual(['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'])
  })
})

test('never throws, whatever the environment', () => {
  const names = [
    'PORT',
    'TARGET_PORT',
    'PODSPAN_DUMP_EVERY',
    'OTEL_RESOURCE_ATTRIBUTES',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'PODSPAN_X',
    '__proto__',
  ]
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), (env) => void read({}, env)))
})

test('--push: a URL, no door of podspan’s own, and no password is shown', () => {
  expect(config({ push: 'http://dashboard:3000/podspan' }).push).toBe('http://dashboard:3000/podspan')
  expect(config({}).push).toBeUndefined()
  for (const port of [8080, 9000, 4199])
    expect(problems({ target: '8087', healthPort: '9000', push: `http://localhost:${port}/` })).toEqual(['--push'])
  const wrong = read({ target: '8087', push: 'ftp://me:s3cret@dashboard/?key=s3cret' })
  expect(wrong).toMatchObject({ ok: false, problems: [{ name: '--push' }] })
  expect(JSON.stringify(wrong)).not.toContain('s3cret')
})

test('decorators are named from where podspan is started', () => {
  const { decorators } = config({ decorators: ['./a.mjs', '/b.mjs', 'file:///c.mjs'] })
  expect(decorators).toEqual([`${process.cwd()}/a.mjs`, '/b.mjs', 'file:///c.mjs'])
  expect(config({}, { PODSPAN_DECORATORS: 'd.mjs' }).decorators).toEqual([`${process.cwd()}/d.mjs`])
})
