/** The few forms of panels that the dashboards are made of, in Grafana's own vocabulary. A tool, no part of the program. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

/** What is asked of Prometheus, and what its lines are called. */
export interface Query {
  readonly expr: string
  readonly legend?: string
}

export interface Wanted {
  readonly title: string
  /** What it says, for whoever has not seen it before. */
  readonly help: string
  /** One of Grafana's: `s`, `bytes`, `reqps`, `percentunit`, `short`. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** From here on it is red. */
  readonly alarmFrom?: number
}

type PanelBuilder = Builder<Panel>

const DATASOURCE = { type: 'prometheus', uid: '$datasource' }
const WIDTH = { stat: 4, series: 12, table: 24 }
const HEIGHT = { stat: 4, series: 8, table: 9 }

function queryOf({ expr, legend = '' }: Query, isInstant: boolean): DataqueryBuilder {
  const query = new DataqueryBuilder().expr(expr).legendFormat(legend)
  return isInstant ? query.instant().format(PromQueryFormat.Table) : query.range()
}

function thresholds(alarmFrom: number | undefined): ThresholdsConfigBuilder {
  const steps = [
    { value: null, color: 'green' },
    ...(alarmFrom === undefined ? [] : [{ value: alarmFrom, color: 'red' }]),
  ]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
}

/** One number, as it is now. */
export function stat({ title, help, unit, queries, alarmFrom }: Wanted): PanelBuilder {
  const panel = new StatBuilder().title(title).description(help).unit(unit).datasource(DATASOURCE)
  for (const query of queries) panel.withTarget(queryOf(query, false))
  return panel.thresholds(thresholds(alarmFrom)).span(WIDTH.stat).height(HEIGHT.stat)
}

/** Lines over time. */
export function series({ title, help, unit, queries }: Wanted): PanelBuilder {
  const panel = new TimeseriesBuilder().title(title).description(help).unit(unit).datasource(DATASOURCE)
  for (const query of queries) panel.withTarget(queryOf(query, false))
  return panel.fillOpacity(8).lineWidth(2).min(0).span(WIDTH.series).height(HEIGHT.series)
}

/** A row a set of labels, as they are now. */
export function table({ title, help, unit, queries }: Wanted): PanelBuilder {
  const panel = new TableBuilder().title(title).description(help).unit(unit).datasource(DATASOURCE)
  for (const query of queries) panel.withTarget(queryOf(query, true))
  return panel.span(WIDTH.table).height(HEIGHT.table)
}

export interface Page {
  readonly uid: string
  readonly title: string
  readonly help: string
  /** Names the series that all panels are about: `service_name`. */
  readonly variables: readonly { readonly name: string; readonly label: string; readonly query: string }[]
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelBuilder[] }[]
}

export function page({ uid, title, help, variables, rows }: Page): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(help)
    .tags(['podspan'])
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .link(new DashboardLinkBuilder('podspan').type(DashboardLinkType.Dashboards).tags(['podspan']).keepTime(true))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
  for (const { name, label, query } of variables) {
    const variable = new QueryVariableBuilder(name)
      .label(label)
      .query(query)
      .datasource(DATASOURCE)
      .refresh(VariableRefresh.OnTimeRangeChanged)
    dashboard.withVariable(variable.multi(true).includeAll(true).allValue('.*'))
  }
  for (const row of rows) {
    dashboard.withRow(new RowBuilder(row.title))
    for (const panel of row.panels) dashboard.withPanel(panel)
  }
  return dashboard.build()
}
