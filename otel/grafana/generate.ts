/** `npm run generate`: the dashboards as Grafana reads them, otel/grafana/dashboards/*.json. A tool, no part of the program. */
import { writeFileSync } from 'node:fs'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { containerPage } from './container.ts'
import { healthPage } from './health.ts'
import { requestsPage } from './requests.ts'

export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  requests: requestsPage,
  container: containerPage,
  health: healthPage,
}

export function dashboardFile(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

if (import.meta.main) {
  for (const [name, dashboard] of Object.entries(DASHBOARDS))
    writeFileSync(new URL(`dashboards/${name}.json`, import.meta.url), dashboardFile(dashboard))
}
