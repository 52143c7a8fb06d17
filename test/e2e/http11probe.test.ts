/**
 * 183 payloads that probe an HTTP/1.1 server, each sent to the running proxy on a connection of its own. What is expected of
 * each is said beside it in a few words, which are read here: statuses, `2xx`, `close`, `timeout`, `!101`.
 */

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

interface Probe {
  readonly id: string
  readonly description: string
  readonly rfc: string | null
  readonly level: 'Must' | 'Should' | 'May' | 'OughtTo' | 'NotApplicable'
  readonly expected: string
  readonly payload_b64: string
}

const PROBES: readonly Probe[] = JSON.parse(
  readFileSync(new URL('../../../shared/testdata/http11probe.json', import.meta.url), 'utf8'),
)
/** Longer than any of them needs; a peer that still waits then waits for more bytes. */
const SILENCE_MS = 1_500

/** Where podspan differs on purpose, and why. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  'COMP-HOST-EMPTY-VALUE':
    'RFC 9112 §3.2 asks for an empty Host when the target has no authority: valid, and passed on',
  'MAL-LONG-METHOD': '501 and a close: a method that no implementation knows (RFC 9110 §9.1), refused after 64 bytes',
}

/** Payloads that are the app's to judge: it is asked, and says no. */
const FOR_THE_APP: ReadonlySet<string> = new Set([
  'COMP-METHOD-CASE',
  'COMP-UNKNOWN-METHOD',
  'COMP-EXPECT-UNKNOWN',
  'COMP-405-ALLOW',
])

/** An app that takes whatever reaches it, and says what it saw. */
async function app(): Promise<{ port: number; close(): void }> {
  const server = createServer((request: IncomingMessage, answer) => {
    let body = ''
    request.on('data', (bytes) => {
      body += bytes
    })
    request.on('end', () => {
      answer.statusCode = statusFor(request.method)
      answer.setHeader('Allow', 'GET, HEAD, POST, OPTIONS')
      answer.setHeader('Content-Type', 'text/plain')
      answer.end(`${body}\n${request.rawHeaders.join('\n')}`)
    })
  })
  return { port: await listenOnFreePort(server), close: () => server.close().closeAllConnections() }
}

function statusFor(method = ''): number {
  if (method === 'OPTIONS') return 204
  return method === 'DELETE' ? 405 : 200
}

interface Outcome {
  /** Of the first final answer; 0 when there was none. */
  readonly status: number
  readonly text: string
  readonly closed: boolean
}

function send(port: number, payload: Buffer): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(payload))
    let text = ''
    let closed = false
    const done = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ status: Number(/^HTTP\/1\.1 ([2-5]\d\d)/m.exec(text)?.[1] ?? 0), text, closed })
    }
    const timer = setTimeout(done, SILENCE_MS)
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
    })
    socket.on('error', () => {})
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        closed = true
        done()
      })
    }
  })
}

/** Whether one of the words of `expected` describes what happened. */
function isExpected({ id, expected }: Probe, { status, text, closed }: Outcome): boolean {
  // A refusal must be podspan's own: an app that is strict itself would hide what came through to it.
  if (status >= 400 && !text.includes('\r\n\r\npodspan: ') && !FOR_THE_APP.has(id)) return false
  if (/!101|non-101/.test(expected)) return status !== 101
  if (/non-1xx/.test(expected)) return status >= 200 || status === 0
  if (/not 414/.test(expected)) return status !== 414
  // Names that resemble a framing field: to be refused, or to pass as they are.
  if (/normalize/.test(expected))
    return status >= 400 || /Content[_\t]Length|Transfer[_]Encoding|TRANSFER-ENCODING/.test(text)
  const is2xx = status >= 200 && status < 300
  if (/2xx ?\+ ?close/.test(expected) && is2xx) return closed
  if (/2xx|200-299|IMF-fixdate/.test(expected) && is2xx) return true
  if (/close|drop/.test(expected) && status === 0 && closed) return true
  if (/timeout/.test(expected) && status === 0) return true
  return new RegExp(`\\b${status}\\b`).test(expected)
}

let sidecar: RunningSidecar
let origin: Awaited<ReturnType<typeof app>>
const outcomes = new Map<string, Outcome>()

beforeAll(async () => {
  origin = await app()
  sidecar = await startSidecar({ args: ['--port', '0', '--target', String(origin.port), '--no-dump'] })
  const waiting = [...PROBES]
  const worker = async (): Promise<void> => {
    for (let probe = waiting.shift(); probe !== undefined; probe = waiting.shift()) {
      outcomes.set(probe.id, await send(sidecar.port, Buffer.from(probe.payload_b64, 'base64')))
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}, 60_000)

afterAll(async () => {
  await sidecar.stop('SIGKILL')
  origin.close()
})

test('there are 183 of them', () => {
  expect(outcomes.size).toBe(183)
})

describe.each(['Must', 'Should', 'OughtTo', 'May', 'NotApplicable'] as const)('%s', (level) => {
  test.each(PROBES.filter((probe) => probe.level === level))('$id: $description ($expected)', (probe) => {
    const outcome = outcomes.get(probe.id)
    const got =
      outcome && `${outcome.status}${outcome.closed ? ' closed' : ''}: ${JSON.stringify(outcome.text.slice(0, 300))}`
    const asExpected = outcome !== undefined && isExpected(probe, outcome)
    // A deviation that is none any more fails as well.
    expect(asExpected, `${got} ${DEVIATIONS[probe.id] ?? ''}`).toBe(!(probe.id in DEVIATIONS))
  })
})

test('the proxy is still there', async () => {
  const { status } = await send(sidecar.port, Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'))
  expect(status).toBe(200)
})
