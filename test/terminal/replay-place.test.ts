import { describe, expect, test } from 'vitest'
import { placeOf } from '../../src/terminal/replay-place.ts'

const here = { hostname: 'shop-7d9f', addresses: ['127.0.0.1', '10.0.0.7'] }
const at = (host: string, pod?: string) => ({ listen: { host, port: 8080 }, ...(pod !== undefined && { pod }) })
const server = { kind: 'server' } as const

describe('by itself it goes to the sidecar', () => {
  test.each([
    ['on every address', at('0.0.0.0', 'shop-7d9f'), 'http://127.0.0.1:8080'],
    ['on every address of IPv6, too', at('::', 'shop-7d9f'), 'http://127.0.0.1:8080'],
    ['on the loopback', at('127.0.0.1'), 'http://127.0.0.1:8080'],
    ['on the loopback of IPv6', at('::1'), 'http://[::1]:8080'],
    ["on the pod's address", at('10.0.0.7', 'shop-7d9f'), 'http://10.0.0.7:8080'],
  ])('%s', (_, about, origin) => {
    const place = placeOf(about, server, undefined, here)
    expect('url' in place && [place.url.origin, place.isSidecar]).toEqual([origin, true])
  })

  test.each([
    ['a pod with a domain', 'shop-7d9f', 'shop-7d9f.shops.svc.cluster.local'],
    ['a pod whose name is longer than a hostname', `${'p'.repeat(62)}-7d9f`, `${'p'.repeat(62)}-`],
  ])('in %s', (_, pod, hostname) => {
    expect(placeOf(at('0.0.0.0', pod), server, undefined, { ...here, hostname })).toHaveProperty('isSidecar', true)
  })
})

describe('it goes nowhere by itself', () => {
  test.each([
    [
      'from another machine, through a port-forward',
      at('0.0.0.0', 'shop-77'),
      server,
      /in shop-77 and this is shop-7d9f/,
    ],
    ['to a port that is none', { listen: { host: '127.0.0.1', port: 65_536 } }, server, /65536 is no port/],
    ['to an address that is not here', at('10.0.0.9'), server, /10\.0\.0\.9 is no address of this machine/],
    ['when it was a call of the app', at('0.0.0.0'), { kind: 'client' } as const, /another service/],
  ])('%s', (_, about, exchange, text) => {
    const place = placeOf(about, exchange, undefined, here)
    expect(place).toMatchObject({ kind: 'refused', exitCode: 64 })
    expect('text' in place && place.text).toMatch(text)
    expect('text' in place && place.text).toContain('--to says where to')
  })
})

describe('--to', () => {
  test.each([
    ['8087', 'http://127.0.0.1:8087', false],
    ['8080', 'http://127.0.0.1:8080', true],
    ['localhost:8080', 'http://localhost:8080', true],
    ['[::1]:8080', 'http://[::1]:8080', true],
    ['staging.example:8080', 'http://staging.example:8080', false],
    ['http://staging.example/', 'http://staging.example', false],
  ])('%s is %s', (to, origin, isSidecar) => {
    const place = placeOf(at('0.0.0.0', 'another'), { kind: 'client' }, to, here)
    expect('url' in place && [place.url.origin, place.isSidecar]).toEqual([origin, isSidecar])
  })

  test.each(['https://h', 'http://h/path', 'http://h/?q', 'http://u:p@h', 'ftp://h', 'a b', '99999', 'h:x'])(
    '%s is not understood',
    (to) => {
      const place = placeOf(at('0.0.0.0'), server, to, here)
      expect(place).toMatchObject({ kind: 'refused', exitCode: 64 })
      expect('text' in place && place.text).toContain('is not understood')
    },
  )
})
