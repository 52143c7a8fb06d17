/** Whose memory and CPU is to be seen from here, what limits it has, and how to see more. It reads files of /proc and /sys. */
import type { Config } from '../config.ts'
import { findApp, type Sighting } from '../resources/app.ts'
import { type CgroupFigures, containerFigures } from '../resources/cgroup.ts'
import { textOf } from '../resources/text-of.ts'
import { explain } from '../resources/visibility.ts'
import { type Finding, ok, warning } from './finding.ts'

const ABOUT = 'container'
const PRESSURE_ADVICE = 'kernels tell it with CONFIG_PSI, and some only with psi=1 on their command line'

export function checkContainer({ target, app }: Config): Finding[] {
  const sighting = findApp({ target: target.kind === 'named' ? undefined : target, ...app })
  const { summary, advice } = explain(sighting)
  // Egress stands before what the app calls: whose container that is cannot be known.
  const isExpected = sighting.obstacle === undefined || (target.kind === 'named' && app.pid === undefined)
  const visible = isExpected ? ok(ABOUT, summary) : warning(ABOUT, summary, ...advice)
  return [visible, ...limitsOf(sighting)]
}

function limitsOf({ place, scope }: Sighting): Finding[] {
  if (place === undefined || scope === 'none') return []
  const figures = containerFigures(place, textOf)
  const found = [memoryText(figures), cpuText(figures), processText(figures), pressureText(figures)].join('; ')
  return [ok('its limits', found, ...(hasPressure(figures) ? [] : [PRESSURE_ADVICE]))]
}

function memoryText({ memory: { limitBytes, workingSetBytes } }: CgroupFigures): string {
  const used = workingSetBytes === undefined ? '' : ` (${bytesText(workingSetBytes)} in use)`
  return limitBytes === undefined ? `no memory limit${used}` : `${bytesText(limitBytes)} of memory${used}`
}

function cpuText({ cpu: { limitCores } }: CgroupFigures): string {
  return limitCores === undefined ? 'no CPU quota' : `${Number(limitCores.toFixed(2))} cores by quota`
}

function processText({ pids: { limit, current } }: CgroupFigures): string {
  if (limit === undefined) return 'no limit on processes'
  return `${limit} processes and threads${current === undefined ? '' : ` (${current} now)`}`
}

function pressureText(figures: CgroupFigures): string {
  return hasPressure(figures) ? 'pressure (PSI) is told' : 'no pressure (PSI) is told'
}

function hasPressure({ pressure }: CgroupFigures): boolean {
  return Object.values(pressure).some((each) => each !== undefined)
}

function bytesText(bytes: number): string {
  const mebibytes = bytes / 1_048_576
  return mebibytes >= 1_024 ? `${Number((mebibytes / 1_024).toFixed(1))} GiB` : `${Math.round(mebibytes)} MiB`
}
