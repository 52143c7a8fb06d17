/** The dashboards that Grafana reads are those that the code makes. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DASHBOARDS, dashboardFile } from '../../../otel/grafana/generate.ts'

const file = (name: string): string =>
  readFileSync(new URL(`../../../otel/grafana/dashboards/${name}.json`, import.meta.url), 'utf8')

it.each(Object.entries(DASHBOARDS))('dashboards/%s.json: npm run generate', (name, dashboard) => {
  expect(file(name)).toBe(dashboardFile(dashboard))
})

it('each has an address of its own, and every panel says what it shows', () => {
  const pages = Object.values(DASHBOARDS)
  expect(new Set(pages.map(({ uid }) => uid)).size).toBe(pages.length)
  for (const { panels = [] } of pages)
    for (const panel of panels)
      if (panel.type !== 'row') expect((panel as { description?: string }).description).toMatch(/\.$/)
})
