/** Every way in which a backend may not take telemetry, on real sockets: each is told apart, in plain words, with what to do. */
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import type { Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkCollectors } from '../../src/check/collector.ts'
import type { Finding, Found } from '../../src/check/finding.ts'
import {
  type Collector,
  type Jaeger,
  missing,
  type Prometheus,
  startCollector,
  startJaeger,
  startPrometheus,
  waitFor,
} from '../support/backends.ts'
import { makeCertificates } from '../support/certificates.ts'
import { configOf } from '../support/config.ts'
import * as strangers from '../support/strangers.ts'

const { askingFor, blackhole, desertedPort, http, http2, https, opened, secureHttp2, silent, ssh } = strangers
const certificates = makeCertificates()
afterAll(() => certificates.remove())
const good = certificates.sign('DNS:localhost')

const P = 'OTEL_EXPORTER_OTLP_'
const OTLP = { 'content-type': 'application/x-protobuf' }

/** All signals to one endpoint, with these variables beside. */
async function all(env: Record<string, string>, options: object = {}, checkMs?: number): Promise<Found> {
  return checkCollectors(configOf({ target: '1', ...options }, {}, env), askingFor(checkMs))
}
/** Traces alone. */
async function traces(endpoint: string, env: Record<string, string> = {}, checkMs?: number): Promise<Finding> {
  const { findings } = await all({ [`${P}TRACES_ENDPOINT`]: endpoint, ...env }, {}, checkMs)
  expect(findings).toHaveLength(1)
  const [finding] = findings
  expect(finding?.about).toBe('traces')
  return finding ?? expect.fail()
}

/** An HTTP server that answers every POST alike. */
const answering = (status: number, headers: object = OTLP, body: string | Uint8Array = ''): Promise<number> =>
  http((request, response) => {
    request.resume().on('end', () => response.writeHead(status, { ...headers }).end(body))
  })

/** A gRPC server that answers every call with this status; undefined: with an empty answer that is a success. */
function grpc(code: number, message = '', body = new Uint8Array()): Promise<number> {
  const server = createHttp2Server()
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {})
    stream.resume().on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(code), 'grpc-message': message }))
      if (code !== 0) {
        stream.end()
        return
      }
      const frame = Buffer.alloc(5 + body.length)
      frame.writeUInt32BE(body.length, 1)
      frame.set(body, 5)
      stream.end(frame)
    })
  })
  return opened(server as unknown as Server)
}
const GRPC = { [`${P}PROTOCOL`]: 'grpc' }

describe('no backend', () => {
  test('the dump is used, and it is said how to have one', async () => {
    const { findings } = await all({})
    expect(findings).toMatchObject([
      { about: 'collector', mark: 'ok', found: expect.stringContaining('dumped on stdout (history)') },
    ])
    expect(findings[0]?.advice.join()).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=')
  })

  test('and no dump either is worth a warning; one that is switched off is told', async () => {
    expect((await all({}, { dump: false })).findings).toMatchObject([{ mark: 'warning' }])
    const off = await all({ [`${P}ENDPOINT`]: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' })
    expect(off.findings).toMatchObject([{ mark: 'ok', found: expect.stringContaining('switched off') }])
  })
})

describe('taken', () => {
  test('over HTTP, one span with a trace to look for, and empty requests of the others; its Date is told', async () => {
    const seen: string[] = []
    const port = await http((request, response) => {
      seen.push(request.url ?? '')
      request.resume().on('end', () => response.writeHead(200, OTLP).end())
    })
    const { findings, told } = await all({ [`${P}ENDPOINT`]: `http://127.0.0.1:${port}`, OTEL_LOGS_EXPORTER: 'otlp' })
    expect(findings.map(({ about, mark }) => `${mark} ${about}`)).toEqual(['ok traces', 'ok metrics', 'ok logs'])
    expect(findings[0]?.found).toMatch(/took a span in \d+ ms: "podspan check", trace [0-9a-f]{32}$/)
    expect(seen.sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces'])
    expect(told).toHaveLength(3)
  })

  test.each([
    ['JSON', { [`${P}PROTOCOL`]: 'http/json' }, answering(200, { 'content-type': 'application/json' }, '{}')],
    ['a vendor that answers nothing', {}, answering(202, {})],
    ['gRPC', GRPC, grpc(0)],
  ])('%s', async (_, env, port) => {
    expect((await traces(`http://127.0.0.1:${await port}`, env)).mark).toBe('ok')
  })

  test('over TLS, with an authority of ours', async () => {
    const port = await https(good, (request, response) => {
      request.resume().on('end', () => response.writeHead(200, OTLP).end())
    })
    const finding = await traces(`https://localhost:${port}/v1/traces`, { [`${P}CERTIFICATE`]: certificates.caFile })
    expect(finding.mark).toBe('ok')
  })
})

/** name, the server, what is found, what is advised; and the endpoint's scheme and host, the variables, the mark. */
interface Row {
  readonly name: string
  readonly open: () => Promise<number>
  readonly found: RegExp
  readonly advice: RegExp
  readonly at?: string
  readonly path?: string
  readonly env?: Readonly<Record<string, string>>
  readonly mark?: 'warning'
  readonly checkMs?: number
}

const CA = { [`${P}CERTIFICATE`]: certificates.caFile }
const hello = (_: unknown, response: { end(text: string): unknown }): void => void response.end('hello')

const WAY: readonly Row[] = [
  {
    name: 'a name that nobody knows',
    open: desertedPort,
    at: 'http://no-such-collector.invalid',
    found: /^(?:the name no-such-collector.invalid is not known to DNS \(E|nobody resolves the name)/,
    advice: /spelling|DNS/,
  },
  {
    name: 'nobody listens',
    open: desertedPort,
    at: 'http://localhost',
    found: /^nobody listens on localhost:\d+ \(127.0.0.1, ::1\)$/,
    advice: /4318.*4317.*0\.0\.0\.0/s,
  },
  {
    name: 'a firewall',
    open: blackhole,
    checkMs: 500,
    found: /does not answer: what is sent there vanishes/,
    advice: /firewall/,
  },
  { name: 'silence', open: silent, checkMs: 500, found: /takes connections and answers nothing/, advice: /overloaded/ },
  {
    name: 'a reset',
    open: strangers.resetting,
    checkMs: 1_000,
    found: /takes connections and resets them \(ECONNRESET\)/,
    advice: /4318/,
  },
  { name: 'no HTTP', open: ssh, found: /speaks no HTTP; it said "SSH-2.0/, advice: /4318/ },
  {
    name: 'TLS, and http in the endpoint',
    open: () => https(good, hello),
    found: /speaks TLS, and the endpoint says http$/,
    advice: /https:/,
  },
  {
    name: 'no TLS, and https in the endpoint',
    open: () => http(hello),
    at: 'https://localhost',
    env: CA,
    found: /does not speak TLS, and the endpoint says https/,
    advice: /http:/,
  },
  {
    name: 'an authority that is not known',
    open: () => https(good, hello),
    at: 'https://localhost',
    found: /comes from an authority that is not known here \(An authority of the test\)/,
    advice: /OTEL_EXPORTER_OTLP_CERTIFICATE/,
  },
  {
    name: 'expired',
    open: () => https(certificates.sign('DNS:localhost', -1), hello),
    at: 'https://localhost',
    env: CA,
    found: /has expired \(/,
    advice: /clock/,
  },
  {
    name: 'another name',
    open: () => https(certificates.sign('DNS:collector.example'), hello),
    at: 'https://localhost',
    env: CA,
    found: /is for other names: collector.example/,
    advice: /use one of these/,
  },
  {
    name: 'a certificate of ours',
    open: () => https({ ...good, ca: certificates.ca, requestCert: true }, hello),
    at: 'https://localhost',
    env: CA,
    found: /asks for a certificate of ours, and takes no one/,
    advice: /TRACES_CLIENT_CERTIFICATE/,
  },
  {
    name: 'a gRPC port addressed by HTTP',
    open: http2,
    found: /speaks HTTP\/2 alone: it is a port for gRPC \(4317\), and http\/protobuf was sent/,
    advice: /PROTOCOL=grpc, or the port for HTTP/,
  },
  {
    name: 'an HTTP port addressed by gRPC',
    open: () => http(hello),
    env: GRPC,
    found: /speaks HTTP\/1.1: it is no port for gRPC/,
    advice: /PROTOCOL=http\/protobuf, or the port for gRPC/,
  },
  {
    name: 'nobody listens, gRPC',
    open: desertedPort,
    env: GRPC,
    found: /^nobody listens on 127.0.0.1:\d+$/,
    advice: /4317/,
  },
  {
    name: 'silence, gRPC',
    open: silent,
    env: GRPC,
    checkMs: 500,
    found: /takes connections and answers nothing/,
    advice: /overloaded/,
  },
  {
    name: 'gRPC over TLS to an address',
    open: () => secureHttp2(good),
    at: 'https://127.0.0.1',
    env: { ...GRPC, ...CA },
    found: /certificate of 127.0.0.1:\d+ is for other names: localhost|needs a name/,
    advice: /name/,
  },
]

const answers = (status: number, headers?: object, body?: string) => () => answering(status, headers, body)
const JSON_TYPE = { 'content-type': 'application/json' }

const ANSWERS: readonly Row[] = [
  {
    name: '401',
    open: answers(401, JSON_TYPE, '{"message":"no token"}'),
    found: /answers 401 and says "\{.*no token.*it does not know who asks/,
    advice: /HEADERS.*authorization=Bearer%20TOKEN; sent now: none/,
  },
  {
    name: '403',
    open: answers(403),
    env: { [`${P}HEADERS`]: 'x-tenant=blue-team,authorization=Bearer%20s3cret' },
    found: /answers 403/,
    advice: /sent now: x-tenant, authorization$/,
  },
  {
    name: '404',
    open: answers(404, { 'content-type': 'text/plain' }, '404 page not found'),
    found: /answers 404 and says "404 page not found": nothing takes OTLP there/,
    advice: /http:\/\/HOST:4318/,
  },
  {
    name: '404, the path twice',
    open: answers(404),
    path: '/v1/traces/v1/traces',
    found: /nothing takes OTLP there/,
    advice: /OTEL_EXPORTER_OTLP_ENDPOINT gets \/v1\/traces by itself/,
  },
  {
    name: '404, no path',
    open: answers(404),
    path: '/',
    found: /nothing takes OTLP there/,
    advice: /TRACES_ENDPOINT is used as it is: it ends in \/v1\/traces/,
  },
  { name: '405', open: answers(405), found: /answers 405: nothing takes OTLP there/, advice: /./ },
  { name: '415', open: answers(415), found: /it does not take http\/protobuf/, advice: /TRACES_PROTOCOL=http\/json/ },
  {
    name: '415 to JSON',
    open: answers(415),
    env: { [`${P}PROTOCOL`]: 'http/json' },
    found: /it does not take http\/json/,
    advice: /TRACES_PROTOCOL=http\/protobuf/,
  },
  {
    name: '429',
    open: answers(429, { 'retry-after': '30' }),
    mark: 'warning',
    found: /answers 429 \(Retry-After: 30\): it is there, and does not take it now/,
    advice: /tries again/,
  },
  {
    name: '503',
    open: answers(503),
    mark: 'warning',
    found: /answers 503: it is there, and does not take it now/,
    advice: /tries again/,
  },
  { name: '502', open: answers(502), found: /something in front of the collector does not reach it/, advice: /proxy/ },
  {
    name: '400',
    open: answers(400, OTLP, '\x08\x03\x12\x0eunexpected EOF'),
    found: /answers 400 and says "unexpected EOF": what is sent there is dropped/,
    advice: /log/,
  },
  {
    name: '301',
    open: answers(301, { location: 'https://other.example/v1/traces?key=s3cret' }),
    found: /sends on to https:\/\/other.example\/v1\/traces, which podspan does not follow/,
    advice: /into the endpoint/,
  },
  {
    name: 'partial success',
    open: answers(200, OTLP, '\x0a\x0a\x08\x01\x12\x06no way'),
    found: /rejects the span in it and says "no way"/,
    advice: /log/,
  },
  {
    name: 'a web page',
    open: answers(200, { 'content-type': 'text/html' }, '<title>Grafana</title>'),
    found: /answers 200, but with text\/html.*: whatever is sent there is lost/,
    advice: /is a web page called "Grafana"/,
  },
  {
    name: 'JSON to protobuf',
    open: answers(200, JSON_TYPE, '{}'),
    mark: 'warning',
    found: /answers 200, but with application\/json, and an OTLP receiver with application\/x-protobuf/,
    advice: /backend/,
  },
  {
    name: 'never an answer to the POST',
    open: () => http((request, response) => void (request.method === 'GET' && response.end())),
    checkMs: 500,
    found: /answers, but not to what was sent/,
    advice: /log/,
  },
  {
    name: 'UNAUTHENTICATED',
    open: () => grpc(16, 'no token'),
    env: GRPC,
    found: /answers UNAUTHENTICATED and says "no token": it does not know who asks/,
    advice: /HEADERS/,
  },
  { name: 'PERMISSION_DENIED', open: () => grpc(7), env: GRPC, found: /answers PERMISSION_DENIED/, advice: /HEADERS/ },
  {
    name: 'UNIMPLEMENTED',
    open: () => grpc(12),
    env: GRPC,
    found: /answers UNIMPLEMENTED: nothing takes OTLP there/,
    advice: /./,
  },
  {
    name: 'RESOURCE_EXHAUSTED',
    open: () => grpc(8),
    env: GRPC,
    mark: 'warning',
    found: /answers RESOURCE_EXHAUSTED/,
    advice: /tries again/,
  },
  {
    name: 'UNAVAILABLE',
    open: () => grpc(14, 'queue is full'),
    env: GRPC,
    mark: 'warning',
    found: /is there, and does not take it now: queue is full/,
    advice: /tries again/,
  },
  {
    name: 'INVALID_ARGUMENT',
    open: () => grpc(3, 'bad'),
    env: GRPC,
    found: /answers INVALID_ARGUMENT and says "bad": what is sent there is dropped/,
    advice: /log/,
  },
  {
    name: 'partial success, gRPC',
    open: () => grpc(0, '', Buffer.from('\x0a\x0a\x08\x01\x12\x06no way', 'latin1')),
    env: GRPC,
    found: /rejects the span in it and says "no way"/,
    advice: /log/,
  },
]

describe.each([
  ['lost on the way', WAY],
  ['answered', ANSWERS],
])('%s', (_, rows) => {
  test.each(rows)(
    '$name',
    async ({ open, at = 'http://127.0.0.1', path = '/v1/traces', env = {}, mark = 'failed', checkMs, ...expected }) => {
      const finding = await traces(`${at}:${await open()}${path}`, env, checkMs)
      expect(finding.found).toMatch(expected.found)
      expect(finding.mark).toBe(mark)
      expect(finding.advice.join('\n')).toMatch(expected.advice)
      expect(JSON.stringify(finding)).not.toContain('s3cret')
    },
  )
})

describe('several signals', () => {
  test('what is wrong for all alike is said once, and of all', async () => {
    const { findings } = await all({
      [`${P}ENDPOINT`]: `https://localhost:${await https(good, hello)}`,
      OTEL_LOGS_EXPORTER: 'otlp',
    })
    expect(findings).toMatchObject([{ about: 'traces, metrics, logs', mark: 'failed' }])
    expect(findings[0]?.advice.join()).not.toContain('TRACES')
  })

  test('a backend that takes traces alone is worth a warning; where nothing is taken it is a wrong path', async () => {
    const port = await http((request, response) => {
      request.resume().on('end', () => response.writeHead(request.url === '/v1/traces' ? 200 : 404, OTLP).end())
    })
    const some = await all({ [`${P}ENDPOINT`]: `http://127.0.0.1:${port}`, OTEL_LOGS_EXPORTER: 'otlp' })
    expect(some.findings.map(({ mark }) => mark)).toEqual(['ok', 'warning', 'warning'])
    expect(some.findings[1]).toMatchObject({
      found: expect.stringContaining('it takes no metrics, as Jaeger takes only traces'),
    })
    expect(some.findings[1]?.advice.join()).toContain('OTEL_METRICS_EXPORTER=none')
    const none = await all({ [`${P}ENDPOINT`]: `http://127.0.0.1:${port}/otlp` })
    expect(none.findings.map(({ mark }) => mark)).toEqual(['failed', 'failed'])
  })

  test('an empty request that is not understood says only that somebody is there', async () => {
    const port = await http((request, response) => {
      request.resume().on('end', () => response.writeHead(request.url === '/v1/traces' ? 200 : 400, OTLP).end())
    })
    const { findings } = await all({ [`${P}ENDPOINT`]: `http://127.0.0.1:${port}` })
    expect(findings.map(({ mark }) => mark)).toEqual(['ok', 'warning'])
    expect(findings[1]?.found).toContain('whether it takes metrics is not known')
  })
})

test('no secret is shown, whatever a backend says back', async () => {
  const port = await http((request, response) => {
    const said = `${request.headers.authorization} ${request.headers['x-key']} ${request.url}`
    request.resume().on('end', () => response.writeHead(403, { 'content-type': 'text/plain' }).end(said))
  })
  const env = { [`${P}HEADERS`]: 'authorization=Bearer%20s3cret-one,x-key=s3cret-two' }
  const { found, advice } = await traces(`http://me:s3cret-three@127.0.0.1:${port}/v1/traces?key=s3cret-four`, env)
  expect(found).toContain('403')
  expect(found + advice.join()).not.toContain('s3cret')
})

test('nor a part of one, where what it says is cut; nor in a field of its answer', async () => {
  const env = { [`${P}HEADERS`]: 'x-key=s3cret-key' }
  const said = `${'x'.repeat(192)} s3cret-key ${'y'.repeat(99)}`
  const cutOff = await traces(
    `http://127.0.0.1:${await answering(500, { 'content-type': 'text/plain' }, said)}/v1/traces`,
    env,
  )
  expect(cutOff.found).toContain('500')
  expect(cutOff.found).not.toContain('s3c')
  const port = await http((request, response) => {
    request.resume().on('end', () => response.writeHead(503, { 'retry-after': 's3cret-key' }).end())
  })
  const { found } = await traces(`http://127.0.0.1:${port}/v1/traces`, env)
  expect(found).toContain('Retry-After: ***')
})

test('a file for TLS that cannot be read', async () => {
  const { findings } = await all({
    [`${P}ENDPOINT`]: `http://127.0.0.1:${await answering(200)}`,
    [`${P}CERTIFICATE`]: '/no/ca.pem',
  })
  expect(findings[0]).toMatchObject({
    about: 'certificates',
    mark: 'failed',
    found: expect.stringContaining('/no/ca.pem cannot be read'),
  })
})

const why = missing('otelcol') ?? missing('jaeger') ?? missing('prometheus')
if (why !== undefined) console.warn(why)
describe.skipIf(why !== undefined)('real backends', () => {
  let collector: Collector
  let jaeger: Jaeger
  let prometheus: Prometheus
  beforeAll(async () => {
    ;[collector, jaeger, prometheus] = await Promise.all([startCollector(), startJaeger(), startPrometheus()])
  })
  afterAll(() => Promise.all([collector.stop(), jaeger.stop(), prometheus.stop()]))
  const marks = ({ findings }: Found): string[] => findings.map(({ about, mark }) => `${mark} ${about}`)

  test.each(['http/protobuf', 'http/json', 'grpc'])(
    'a Collector takes all three by %s, and the span says what it is',
    async (protocol) => {
      const endpoint = protocol === 'grpc' ? collector.otlpGrpc : collector.otlpHttp
      const found = await all({
        [`${P}ENDPOINT`]: endpoint,
        [`${P}PROTOCOL`]: protocol,
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_SERVICE_NAME: 'shop',
      })
      expect(marks(found)).toEqual(['ok traces', 'ok metrics', 'ok logs'])
      const traceId = /trace ([0-9a-f]{32})$/.exec(found.findings[0]?.found ?? '')?.[1] ?? expect.fail()
      const written = await waitFor(() => {
        const line = collector.received().find((each) => JSON.stringify(each).includes(traceId))
        return line === undefined ? undefined : JSON.stringify(line)
      })
      expect(written).toContain('"name":"podspan check"')
      expect(written).toContain('{"key":"podspan.check","value":{"boolValue":true}}')
      expect(written).toContain('{"key":"service.name","value":{"stringValue":"shop"}}')
    },
  )

  test('Jaeger shows the span, and takes no metrics', async () => {
    const found = await all({ [`${P}ENDPOINT`]: jaeger.otlpHttp })
    expect(marks(found)).toEqual(['ok traces', 'warning metrics'])
    const traceId = /trace ([0-9a-f]{32})$/.exec(found.findings[0]?.found ?? '')?.[1] ?? expect.fail()
    const trace = await jaeger.trace(traceId)
    expect(trace?.spans[0]?.operationName).toBe('podspan check')
    expect(found.findings[1]?.found).toContain('it takes no metrics, as Jaeger takes only traces')
    expect(marks(await all({ [`${P}ENDPOINT`]: jaeger.otlpGrpc, ...GRPC }))).toEqual(['ok traces', 'warning metrics'])
  })

  test("Jaeger's ports mistaken for each other", async () => {
    expect((await traces(`${jaeger.otlpGrpc}/v1/traces`)).found).toContain('it is a port for gRPC (4317)')
    expect((await traces(jaeger.otlpHttp, GRPC)).found).toContain('it is no port for gRPC')
    const ui = await traces(`http://127.0.0.1:${jaeger.ports[2]}/v1/traces`)
    expect(ui).toMatchObject({ mark: 'failed', found: expect.stringContaining('whatever is sent there is lost') })
    expect(ui.advice.join()).toContain("is Jaeger's own page (16686): its OTLP goes to http://127.0.0.1:4318")
    expect((await traces(jaeger.otlpGrpc.replace('http:', 'https:'))).found).toContain('does not speak TLS')
  })

  test('Prometheus takes metrics at a path of its own, and nothing else', async () => {
    const root = prometheus.otlpMetrics.replace('/api/v1/otlp/v1/metrics', '')
    const wrong = await all({ [`${P}ENDPOINT`]: root })
    expect(marks(wrong)).toEqual(['failed traces', 'failed metrics'])
    expect(wrong.findings[0]?.advice.join()).toContain('is Prometheus, which takes metrics alone')
    expect(wrong.findings[1]?.advice.join()).toContain(
      `METRICS_ENDPOINT=${prometheus.otlpMetrics}, and --web.enable-otlp-receiver`,
    )
    const right = await all({ [`${P}METRICS_ENDPOINT`]: prometheus.otlpMetrics })
    expect(marks(right)).toEqual(['ok metrics'])
  })
})
