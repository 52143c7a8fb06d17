import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openapiTemplates } from '../../src/observer/openapi.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function templates(text: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
  folders.push(folder)
  const file = join(folder, 'api')
  writeFileSync(file, text)
  return openapiTemplates(file)
}

test.each([
  ['YAML', 'openapi: 3.1.0\npaths:\n  /users/{id}: {get: {}}\n  x-note: no path\n', ['/users/{id}']],
  ['JSON', '{"openapi":"3.0.0","paths":{"/a":{}}}', ['/a']],
  ['servers', 'servers: [{url: https://a.example/v1/}, {url: /v2}]\npaths: {/a: {}}', ['/v1/a', '/v2/a']],
  ['OpenAPI 2', 'basePath: /api\npaths: {/a: {}}', ['/api/a']],
])('%s', (_name, text, expected) => {
  expect(templates(text)).toEqual(expected)
})

test.each(['', '[]', 'paths: 7', '{ unclosed'])('%j is no such document', (text) => {
  expect(() => templates(text)).toThrow()
})
