/** The document as such; what a real sidecar answers is held against it in test/e2e/admin.test.ts. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { endpointsOf } from '../../src/admin/endpoints.ts'
import { Live } from '../../src/admin/live.ts'
import { openapi } from '../../src/admin/openapi.ts'
import { seenBy } from '../support/admin.ts'

const seen = seenBy()
seen.overview.stop()
const endpoints = endpointsOf(seen, new Live(seen.clock, seen.config.limits), async () => undefined)
const document = JSON.parse(JSON.stringify(openapi(endpoints, '1.2.3'))) as {
  readonly paths: Record<string, { get: { parameters: { name: string }[]; responses: { 200: { content: object } } } }>
  readonly components: { readonly schemas: object }
}

test('is what OpenAPI 3.1 says', async () => {
  const { valid, errors } = await new Validator().validate(document)
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
})

test('has every endpoint with its parameters, and says what each answers', () => {
  expect(Object.keys(document.paths)).toEqual(endpoints.map(({ path }) => path))
  for (const { path, parameters } of endpoints) {
    const names = document.paths[path]?.get.parameters.map(({ name }) => name)
    expect(names).toEqual([...(path.includes('{id}') ? ['id'] : []), ...parameters])
    expect(Object.keys(document.paths[path]?.get.responses[200].content ?? {})).not.toEqual([])
  }
})

test('every schema that is named is there, and every one that is there is named', () => {
  const named = new Set(
    [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
  )
  // What the events of a stream hold is named by no answer.
  for (const event of ['LiveHello', 'LiveTick', 'LiveExchanges']) named.add(event)
  expect([...named].sort()).toEqual(Object.keys(document.components.schemas).sort())
})
