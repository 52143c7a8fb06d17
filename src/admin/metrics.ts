/**
 * What Prometheus scrapes. The numbers are in the tables of the observer; prom-client writes them down in the form that was asked
 * for, and is given nothing between two scrapes.
 */
import { type Metric, Registry, type RegistryContentType } from 'prom-client'
import { containerTables } from './container-tables.ts'
import { type MetricTable, ownTables, requestTables } from './metric-tables.ts'
import type { AdminParts } from './parts.ts'

/** Only OpenMetrics has exemplars. */
export async function metricsText(
  parts: AdminParts,
  isOpenMetrics: boolean,
): Promise<{ readonly type: string; readonly body: string }> {
  const registry = new Registry<RegistryContentType>()
  if (isOpenMetrics) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const { latest } = parts.overview.resources
  const tables = [
    ...requestTables(parts),
    ...(latest === undefined ? [] : containerTables(latest)),
    ...ownTables(parts),
  ]
  for (const table of tables) if (table.values.length > 0) registry.registerMetric(metricOf(table))
  return { type: registry.contentType, body: await registry.metrics() }
}

/** As much of a metric as a registry asks for. It takes `_total` off a counter's name where OpenMetrics wants it so. */
function metricOf({ name, help, type, values }: MetricTable): Metric {
  const metric = { name, type, get: async () => ({ name: metric.name, help, type, values }) }
  return metric as unknown as Metric
}
