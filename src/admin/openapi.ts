/** The API as an OpenAPI document, made of the table of endpoints and the schemas of their answers. Pure. */
import { JSON_TYPE, NDJSON_TYPE, TEXT_TYPE } from './answer.ts'
import type { Endpoint } from './endpoints.ts'
import type { ParameterName } from './query.ts'
import { RESOURCE_SAMPLE } from './sample-schemas.ts'
import { ANY, array, object, oneOf, record, ref, type Schema, TEXT } from './schema.ts'
import { SCHEMAS } from './schemas.ts'

/** The whole of them is described elsewhere. */
const OTLP = object({ resourceSpans: array(ANY) }, 'an ExportTraceServiceRequest of OTLP/JSON (format=otlp)')
const HAR = object({ log: record(ANY) }, 'an HTTP Archive 1.2 (format=har)')

/** By path: type of the answer to what it is. */
const CONTENTS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  '/': { 'text/html': TEXT },
  '/healthz': { [TEXT_TYPE]: TEXT },
  '/readyz': { [TEXT_TYPE]: TEXT },
  '/metrics': { 'text/plain; version=0.0.4': TEXT, 'application/openmetrics-text; version=1.0.0': TEXT },
  '/exchanges': { [JSON_TYPE]: { oneOf: [ref('ExchangesAnswer'), OTLP] }, [NDJSON_TYPE]: ref('Exchange') },
  '/exchanges/{id}': { [JSON_TYPE]: { oneOf: [ref('ExchangeAnswer'), HAR] }, [TEXT_TYPE]: TEXT },
  '/inflight': { [JSON_TYPE]: ref('InflightAnswer') },
  '/routes': { [JSON_TYPE]: ref('RoutesAnswer') },
  '/stats': { [JSON_TYPE]: ref('StatsAnswer') },
  '/resources': { [JSON_TYPE]: ref('ResourcesAnswer') },
  '/ledger': { [JSON_TYPE]: ref('LedgerAnswer') },
  '/config': { [JSON_TYPE]: ref('ConfigAnswer') },
  '/about': { [JSON_TYPE]: ref('AboutAnswer') },
  '/live': { 'text/event-stream': TEXT },
  '/openapi.json': { [JSON_TYPE]: record(ANY) },
}

const PARAMETERS: Readonly<Record<ParameterName, { readonly description: string; readonly schema: Schema }>> = {
  where: { description: 'a filter, such as `status>=500 && duration>100ms`', schema: TEXT },
  limit: { description: 'the newest so many', schema: { type: 'integer', minimum: 0 } },
  format: { description: 'the form of the answer', schema: TEXT },
  follow: {
    description: 'go on with those to come, a line each; a gap says `{"missed":N}`',
    schema: { type: 'boolean' },
  },
}

export function openapi(endpoints: readonly Endpoint[], version: string): Readonly<Record<string, unknown>> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'podspan admin API',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'What this sidecar saw. Nothing can be changed here.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { get: operationOf(endpoint) }])),
    components: { schemas: { ...SCHEMAS, ResourceSample: RESOURCE_SAMPLE } },
  }
}

function operationOf(endpoint: Endpoint): Readonly<Record<string, unknown>> {
  const { path, summary } = endpoint
  const content = Object.entries(CONTENTS[path] ?? {}).map(([type, schema]) => [type, { schema }])
  return {
    summary,
    operationId:
      path
        .replace(/[^a-z]+/g, ' ')
        .trim()
        .replaceAll(' ', '_') || 'dashboard',
    parameters: parametersOf(endpoint),
    responses: {
      200: { description: summary, content: Object.fromEntries(content) },
      default: { description: 'It cannot be answered.', content: { [JSON_TYPE]: { schema: ref('ErrorAnswer') } } },
    },
  }
}

function parametersOf({ path, parameters, formats = [] }: Endpoint): readonly unknown[] {
  const named = parameters.map((name) => {
    const { description, schema } = PARAMETERS[name]
    return { name, in: 'query', description, schema: name === 'format' ? oneOf(...formats) : schema }
  })
  const inPath = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } }
  return path.includes('{id}') ? [inPath, ...named] : named
}
