/** Every step of the way to an endpoint, lost on real sockets with real certificates. */
import { afterAll, describe, expect, test } from 'vitest'
import { approach, type TlsTexts, type Way } from '../../src/check/approach.ts'
import { makeCertificates } from '../support/certificates.ts'
import {
  askingFor,
  blackhole,
  desertedPort,
  http,
  http2,
  https,
  resetting,
  secureHttp2,
  silent,
} from '../support/strangers.ts'

const certificates = makeCertificates()
afterAll(() => certificates.remove())
const { ca } = certificates
const good = certificates.sign('DNS:localhost,IP:127.0.0.1')
const hello = (_: unknown, response: { end(text: string): unknown }): void => void response.end('hello')

const way = (url: string, tls: TlsTexts = {}, checkMs?: number): Promise<Way> =>
  approach(url, '/', tls, askingFor(checkMs))

test('the name', async () => {
  expect(await way('http://no-such-collector.invalid:4318')).toMatchObject({
    step: 'name',
    code: expect.stringMatching(/^E/),
  })
})

test('the connection', async () => {
  expect(await way(`http://localhost:${await desertedPort()}`)).toEqual({
    step: 'connect',
    code: 'ECONNREFUSED',
    addresses: ['127.0.0.1', '::1'],
  })
  expect(await way(`http://127.0.0.1:${await blackhole()}`, {}, 300)).toMatchObject({
    step: 'connect',
    code: 'no time',
  })
})

describe('what is spoken', () => {
  test.each([
    ['http1', () => http(hello)],
    ['http2', http2],
    ['tls', () => https(good, hello)],
    ['nothing', resetting],
  ])('%s, in the clear', async (kind, open) => {
    expect(await way(`http://127.0.0.1:${await open()}`)).toMatchObject({
      step: 'arrived',
      asked: { speech: { kind } },
    })
  })

  test('nothing, for a while', async () => {
    expect(await way(`http://127.0.0.1:${await silent()}`, {}, 200)).toMatchObject({
      step: 'arrived',
      asked: { speech: { kind: 'nothing' }, code: 'no time' },
    })
  })

  test('behind TLS', async () => {
    const one = await https(good, hello)
    expect(await way(`https://localhost:${one}`, { ca })).toMatchObject({
      step: 'arrived',
      protocol: 'http/1.1',
      asked: { speech: { kind: 'http1', body: 'hello' } },
    })
    expect(await way(`https://127.0.0.1:${one}`, { ca })).toMatchObject({ step: 'arrived' })
    expect(await way(`https://localhost:${await secureHttp2(good)}`, { ca })).toMatchObject({
      step: 'arrived',
      protocol: 'h2',
      asked: { speech: { kind: 'http2' } },
    })
  })
})

describe('the handshake', () => {
  test.each([
    ['an authority that is not known', good, {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['expired', certificates.sign('DNS:localhost', -1), { ca }, 'CERT_HAS_EXPIRED'],
    [
      'another name',
      certificates.sign('DNS:collector.example,DNS:other.example'),
      { ca },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('%s', async (_, signed, tls, code) => {
    const lost = await way(`https://localhost:${await https(signed, hello)}`, tls)
    expect(lost).toMatchObject({ step: 'tls', code, certificate: { issuer: 'An authority of the test' } })
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
      expect(lost).toMatchObject({ certificate: { names: ['collector.example', 'other.example'] } })
  })

  test('nobody speaks TLS there', async () => {
    expect(await way(`https://localhost:${await http(hello)}`, { ca })).toMatchObject({
      step: 'tls',
      certificate: undefined,
      plain: { speech: { kind: 'http1' } },
    })
    expect(await way(`https://localhost:${await http2()}`, { ca })).toMatchObject({
      step: 'tls',
      plain: { speech: { kind: 'http2' } },
    })
  })

  test.each([
    ['HTTP/1.1', (options: object) => https({ ...good, ...options }, hello)],
    ['HTTP/2', (options: object) => secureHttp2({ ...good, ...options })],
  ])('a certificate of ours is asked for, by %s', async (_, open) => {
    const port = await open({ ca, requestCert: true, rejectUnauthorized: true })
    expect(await way(`https://localhost:${port}`, { ca })).toMatchObject({
      step: 'arrived',
      asked: { speech: { kind: 'nothing' }, code: expect.stringContaining('CERTIFICATE_REQUIRED') },
    })
    const { key, cert } = certificates.sign('DNS:me')
    expect(await way(`https://localhost:${port}`, { ca, key, cert })).toMatchObject({ step: 'arrived', asked: {} })
    const asked = await way(`https://localhost:${port}`, { ca, key, cert })
    expect(asked.step === 'arrived' && asked.asked.speech.kind).toMatch(/^http/)
  })
})
