/** Every way in which an app may be there or not, on real sockets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/check/finding.ts'
import { checkTarget } from '../../src/check/target.ts'
import type { Config } from '../../src/config.ts'
import { makeCertificates } from '../support/certificates.ts'
import { configOf } from '../support/config.ts'
import {
  askingFor,
  closing,
  desertedPort,
  http,
  http2,
  https,
  opened,
  resetting,
  silent,
  ssh,
} from '../support/strangers.ts'

const certificates = makeCertificates()
const folder = mkdtempSync(join(tmpdir(), 'podspan-check-'))
afterAll(() => {
  certificates.remove()
  rmSync(folder, { recursive: true })
})

async function found(target: string | number, changes: Partial<Config> = {}, checkMs?: number): Promise<Finding> {
  const { findings } = await checkTarget(configOf({ target: String(target) }, changes), askingFor(checkMs))
  expect(findings).toHaveLength(1)
  const [finding] = findings
  expect(finding?.about).toBe('target')
  if (finding?.mark === 'failed') expect(finding.advice.length).toBeGreaterThan(0)
  return finding ?? expect.fail()
}
/** Somebody else on this machine may have the same port of the other loopback. */
async function aloneOnItsPort(): Promise<number> {
  const port = await well()
  const isTaken = await new Promise((resolve) =>
    connect(port, '::1')
      .on('connect', () => resolve(true))
      .on('error', () => resolve(false)),
  )
  return isTaken ? aloneOnItsPort() : port
}
const well = (): Promise<number> => http((_, response) => void response.end('hello'))

describe('an app that answers', () => {
  test.each([200, 204, 302, 401, 404])('%i is fine', async (status) => {
    const port = await http((_, response) => void response.writeHead(status).end())
    expect(await found(`127.0.0.1:${port}`)).toMatchObject({
      mark: 'ok',
      found: expect.stringMatching(new RegExp(`^127.0.0.1:${port} answers HTTP/1.1: ${status} to HEAD / in \\d+ ms$`)),
    })
  })

  test('5xx, and slowly, are worth a warning', async () => {
    const broken = await http((_, response) => void response.writeHead(503).end())
    expect(await found(`127.0.0.1:${broken}`)).toMatchObject({ mark: 'warning', found: expect.stringContaining('503') })
    const slow = await http((_, response) => void setTimeout(() => response.end(), 1_100))
    expect(await found(`127.0.0.1:${slow}`)).toMatchObject({ mark: 'warning' })
  })

  test('its Date is told', async () => {
    const asking = askingFor()
    const { told } = await checkTarget(configOf({ target: `127.0.0.1:${await well()}` }), asking)
    expect(told).toMatchObject([{ by: 'the target', date: expect.stringMatching(/GMT$/) }])
  })

  test('of localhost both addresses are tried, and it is said which one it was', async () => {
    const port = await aloneOnItsPort()
    expect((await found(port)).found).toContain(`localhost:${port} (on 127.0.0.1, not on ::1) answers`)
    const six = await opened(
      createHttpServer((_, response) => void response.end()),
      '::1',
    )
    expect((await found(six)).found).toContain(`localhost:${six} (on ::1, not on 127.0.0.1) answers`)
    await opened(
      createHttpServer((_, response) => void response.end()),
      '::1',
      port,
    )
    expect((await found(port)).found).toContain(`localhost:${port} (on 127.0.0.1 and ::1) answers`)
  })
})

describe('an app that is not there', () => {
  test('refused, with the address that was tried', async () => {
    const port = await desertedPort()
    expect(await found(port)).toMatchObject({
      mark: 'failed',
      found: `nobody listens on localhost:${port} (127.0.0.1: ECONNREFUSED, ::1: ECONNREFUSED)`,
    })
    const other = await opened(createServer(), '::1')
    const { advice } = await found(`127.0.0.1:${other}`)
    expect(advice.join()).toContain(`--target ${other} tries both`)
  })

  test('a name that is not known', async () => {
    expect(await found('no-such-app.invalid:80')).toMatchObject({
      mark: 'failed',
      found: expect.stringMatching(/^the name no-such-app.invalid is not resolved \(E/),
    })
  })

  test('a unix socket: there, deserted, missing, a plain file', async () => {
    const [live, dead, file] = [join(folder, 'live'), join(folder, 'dead'), join(folder, 'file')]
    const server = createHttpServer((_, response) => void response.end())
    await new Promise<void>((resolve) => server.listen(live, resolve))
    expect(await found(`unix:${live}`)).toMatchObject({
      mark: 'ok',
      found: expect.stringContaining(`unix:${live} answers`),
    })
    server.close()
    writeFileSync(file, '')
    expect((await found(`unix:${folder}/missing`)).found).toContain('is not there')
    expect((await found(`unix:${file}`)).found).toMatch(/is (?:a file and no socket|there, and nobody listens)/)
    expect((await found(`unix:${dead}`)).mark).toBe('failed')
  })
})

describe('an app that speaks something else', () => {
  const signed = certificates.sign('DNS:localhost')
  test.each([
    ['TLS', () => https(signed, (_, response) => void response.end()), 'speaks TLS', '--opaque'],
    ['HTTP/2', http2, 'speaks HTTP/2 alone', '--opaque'],
    ['SSH', ssh, 'speaks no HTTP; it said "SSH-2.0-OpenSSH_9.2', 'is this the port'],
    ['nothing', silent, 'answers nothing in the time there was', "the app's own log"],
    ['a close', closing, 'ends them without a word', '--opaque'],
    ['a reset', resetting, 'ends them without a word (ECONNRESET)', '--opaque'],
  ])('%s', async (_, open, text, advice) => {
    const finding = await found(`127.0.0.1:${await open()}`, {}, 1_000)
    expect(finding).toMatchObject({ mark: 'failed', found: expect.stringContaining(text) })
    expect(finding.advice.join()).toContain(advice)
    expect(finding.found).not.toContain('\x1b')
  })
})

test('with --opaque a connection is enough, and no byte is sent', async () => {
  let heard = 0
  const port = await opened(createServer((socket) => void socket.on('data', () => heard++)))
  expect(await found(`127.0.0.1:${port}`, { opaque: true })).toMatchObject({ mark: 'ok' })
  expect((await found(`127.0.0.1:${await desertedPort()}`, { opaque: true })).mark).toBe('failed')
  await new Promise<void>((resolve) => connect(port, '127.0.0.1').on('connect', resolve))
  expect(heard).toBe(0)
})

test('egress dials nobody, and says whom it would', async () => {
  let connections = 0
  const port = await opened(createServer(() => connections++))
  const target = { kind: 'named', allow: [`127.0.0.1:${port}`, '*.svc'] } as const
  const finding = await found(1, { target })
  expect(finding).toMatchObject({ mark: 'ok', found: expect.stringContaining(`127.0.0.1:${port}, *.svc`) })
  expect(connections).toBe(0)
})
