import { describe, expect, test } from 'vitest'
import { field } from '../../src/http1/message.ts'
import { namedDestinations, onlyDestination } from '../../src/tunnel/destination.ts'

const dialled: string[] = []
const find = namedDestinations(['api', '10.0.0.7:8080', '*.svc', '*.svc:81', '[::1]'], (host, port) => () => {
  dialled.push(`${host} ${port}`)
  return () => {}
})
const ask = (target: string, host = 'api', method = 'GET'): ReturnType<typeof find> =>
  find({ method, target, fields: [field('Host', host)] })

test('before an app there is one place, and the target is sent as it came', () => {
  const only = onlyDestination(() => () => {})
  expect(only({ method: 'GET', target: 'http://evil/x', fields: [] })).toMatchObject({
    key: '',
    target: 'http://evil/x',
  })
})

describe('egress', () => {
  test.each([
    ['by Host', '/x?y', 'api', 'api:80', '/x?y'],
    ['by Host, any case', '/x', 'API', 'api:80', '/x'],
    ['by absolute-form', 'http://api/x?y', 'api', 'api:80', '/x?y'],
    ['any port where none is named', 'http://api:8443/x', 'api:8443', 'api:8443', '/x'],
    ['one port where one is named', 'http://10.0.0.7:8080/', '10.0.0.7:8080', '10.0.0.7:8080', '/'],
    ['below a name', 'http://a.b.svc/', 'a.b.svc', 'a.b.svc:80', '/'],
    ['no path', 'http://api', 'api', 'api:80', '/'],
    ['only a query', 'http://api?x', 'api', 'api:80', '/?x'],
    ['an IPv6 address', 'http://[::1]:9/', '[::1]:9', '::1:9', '/'],
  ])('%s', (_name, target, host, key, sent) => {
    expect(ask(target, host)).toMatchObject({ kind: 'destination', key, target: sent })
  })

  test('OPTIONS without a path asks the server as a whole', () => {
    expect(ask('http://api', 'api', 'OPTIONS')).toMatchObject({ target: '*' })
  })

  test.each([
    ['another host', '/x', 'evil'],
    ['another port', '/x', '10.0.0.7:81'],
    ['the suffix itself', '/x', 'svc'],
    ['a name that only ends alike', '/x', 'evilsvc'],
    ['a metadata address', 'http://169.254.169.254/latest', '169.254.169.254'],
    ['no host', '/x', ''],
    ['port 0', '/x', 'api:0'],
    ['port 65536', '/x', 'api:65536'],
  ])('%s is not dialled', (_name, target, host) => {
    expect(ask(target, host)).toMatchObject({ kind: 'error', status: 403, type: 'egress_not_allowed' })
  })

  test('https is not spoken for the app', () => {
    expect(ask('https://api/', 'api')).toMatchObject({ kind: 'error', status: 501, type: 'egress_https' })
  })
})
