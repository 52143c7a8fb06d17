import { expect, test } from 'vitest'
import { masked } from '../../src/admin/masked.ts'
import { readConfig } from '../../src/config.ts'

test('no secret of any setting is in what is shown, and what is none is', () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:hunter2@collector.example:4318/base?key=hunter2',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter2,x-plain=hunter2',
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-more=hunter2',
    OTEL_RESOURCE_ATTRIBUTES: 'deploy.token=hunter2,team=shop',
    PODSPAN_PUSH: 'http://me:hunter2@push.example/in?token=hunter2#hunter2',
  }
  const read = readConfig({ target: '8087' }, env, { hostname: 'pod-1', version: '1' })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const text = JSON.stringify(masked(read.config))
  expect(JSON.stringify(read.config)).toContain('hunter2')
  expect(text).not.toContain('hunter2')
  for (const plain of ['collector.example:4318', 'push.example', 'x-plain', 'shop', '"port":8087', '"headMs":30000'])
    expect(text).toContain(plain)
})

test.each([
  ['http://host/path', 'http://host/path'],
  ['http://user@host', 'http://REDACTED@host'],
  ['grpc://a:b@host:1?x', 'grpc://REDACTED@host:1?REDACTED'],
  ['/a/file?not=an-address', '/a/file?not=an-address'],
  ['podspan.example', 'podspan.example'],
])('%s is shown as %s', (value, shown) => expect(masked({ value })).toEqual({ value: shown }))

test('below a secret name all of it is gone, the names stay', () => {
  expect(masked({ headers: { a: 'x', b: ['y', 1] }, apiKey: 'z', list: ['w', null] })).toEqual({
    headers: { a: 'REDACTED', b: ['REDACTED', 1] },
    apiKey: 'REDACTED',
    list: ['w', null],
  })
})
