/** Exchanges as an OTLP/JSON request, for whoever reads it here instead of being sent it. It needs nothing of the delivery. */
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import type { ObservationSettings, TelemetrySettings } from '../src/config.ts'
import type { Exchange } from '../src/exchange.ts'
import { createCodec } from './otlp.ts'
import { toSpan } from './spans.ts'

/** The whole text of one ExportTraceServiceRequest. */
export function createSpansJson(
  { resource }: Pick<TelemetrySettings, 'resource'>,
  { knownMethods, appInstrumented }: Pick<ObservationSettings, 'knownMethods' | 'appInstrumented'>,
): (exchanges: readonly Exchange[]) => string {
  const codec = createCodec('traces', 'http/json')
  const owner = {
    methods: new Set(knownMethods),
    appInstrumented,
    resource: defaultResource().merge(resourceFromAttributes(resource)),
    scope: { name: 'podspan', version: resource['telemetry.distro.version'] ?? '' },
  }
  return (exchanges) => Buffer.from(codec.encode(exchanges.map((exchange) => toSpan(exchange, owner)))).toString()
}
