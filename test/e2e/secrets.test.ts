/**
 * Nothing secret leaves: passwords, tokens and cookies are sent through in every place that is recorded, even where somebody
 * asked for the field or the body to be kept, and then everything that left the process is searched for them.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { startSidecar } from '../support/sidecar.ts'

/** Each in a place of its own, so that a leak names its hole. */
const SECRETS = {
  query: 'q-hunter2',
  encodedKey: 'e-hunter2',
  nestedKey: 'n-hunter2',
  authorization: 'a-hunter2',
  cookie: 'c-hunter2',
  apiKey: 'k-hunter2',
  setCookie: 's-hunter2',
  userinfo: 'u-hunter2',
  body: 'b-hunter2',
  answer: 'r-hunter2',
}

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** An OTLP receiver that keeps every byte. */
async function collector(): Promise<{ url: string; bytes(): Buffer }> {
  const bodies: Buffer[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece) => pieces.push(piece))
    request.on('end', () => {
      const body = Buffer.concat(pieces)
      bodies.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  cleanups.push(() => server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${await listenOnFreePort(server)}`, bytes: () => Buffer.concat(bodies) }
}

test.each(['history', 'ndjson'])(
  'OTLP of three signals, the dump as %s, the black box, and what is said',
  async (format) => {
    const app = createServer((request, answer) => {
      request.resume().on('end', () => {
        answer.setHeader('Set-Cookie', `id=${SECRETS.setCookie}`)
        answer.end(SECRETS.answer)
      })
    })
    cleanups.push(() => app.close().closeAllConnections())
    const receiver = await collector()
    const folder = mkdtempSync(join(tmpdir(), 'podspan-secrets-'))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    const blackBox = join(folder, 'black-box')
    const sidecar = await startSidecar({
      args: [
        '--port',
        '0',
        '--target',
        String(await listenOnFreePort(app)),
        '--dump',
        '--dump-format',
        format,
        '--dump-full',
        '--capture-bodies',
        '1024',
        '--black-box',
        blackBox,
      ],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-token=h-hunter2',
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'authorization,cookie,x-api-key,x-seen',
        OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS: 'set-cookie',
      },
    })
    cleanups.push(() => sidecar.stop('SIGKILL'))
    const query = `token=${SECRETS.query}&%70assword=${SECRETS.encodedKey}&user[api_key]=${SECRETS.nestedKey}&plain=seen-query`
    const headers = {
      authorization: `Bearer ${SECRETS.authorization}`,
      cookie: `id=${SECRETS.cookie}`,
      'x-api-key': SECRETS.apiKey,
      'x-seen': 'seen-header',
    }
    const url = `http://127.0.0.1:${sidecar.port}/login?${query}`
    const answer = await fetch(url, { method: 'POST', headers, body: SECRETS.body })
    expect(await answer.text()).toBe(SECRETS.answer)
    await refused(sidecar.port)
    expect(await sidecar.stop()).toBe(0)
    const left = {
      otlp: receiver.bytes().toString('latin1'),
      stdout: sidecar.stdout(),
      stderr: sidecar.stderr(),
      blackBox: readFileSync(blackBox, 'latin1'),
    }
    // It was looked for where it would be: what is no secret is there.
    expect(left.otlp).toContain('seen-header')
    expect(left.otlp).toContain('seen-query')
    expect(left.stdout).toContain('/login')
    expect(left.blackBox).toContain('/login')
    for (const [where, text] of Object.entries(left)) {
      for (const [what, secret] of Object.entries(SECRETS))
        expect(text.includes(secret), `${what} in ${where}`).toBe(false)
      expect(text, `the collector's own token in ${where}`).not.toContain('h-hunter2')
    }
  },
)

/** A request that is refused leaves a record as well. */
async function refused(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET http://user:${SECRETS.userinfo}@h/?secret=${SECRETS.query} HTTP/1.1\r\nHost: h\r\n\r\n`)
    })
    socket.resume().on('end', resolve).on('error', reject)
  })
}
