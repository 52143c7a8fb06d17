/**
 * `podspan check`: everything that a sidecar with this configuration would meet, looked at from where it would stand, in a few
 * seconds. All parts look at the same time; what they find is told in one order. It starts nothing that stays.
 */
import type { Clock } from '../clock.ts'
import { type Config, NO_ENDPOINT, type Problem, type ReadConfig } from '../config.ts'
import type { Asking } from './ask.ts'
import { clockFindings } from './clocks.ts'
import { checkCollectors } from './collector.ts'
import { checkContainer } from './container.ts'
import { checkDashboard } from './dashboard.ts'
import { checkDescriptors } from './descriptors.ts'
import { checkFiles } from './files.ts'
import { type Finding, type Found, failed, ok, type Report, warning } from './finding.ts'
import { checkPorts } from './ports.ts'
import { checkTarget } from './target.ts'

export interface CheckOptions {
  readonly read: ReadConfig
  readonly version: string
  readonly clock: Clock
  /** Ends all questions. */
  readonly stopped: AbortSignal
  /** Told of each as soon as it and all before it are there. */
  readonly onFinding: (finding: Finding) => void
}

export async function check({ read, version, clock, stopped, onFinding }: CheckOptions): Promise<Report> {
  const findings: Finding[] = []
  const tell = (each: Finding): void => {
    findings.push(each)
    onFinding(each)
  }
  if (!read.ok) {
    for (const problem of read.problems) tell(problemFinding(problem))
    return { version, findings, exitCode: 64 }
  }
  const asking = { clock, version, stopped, limits: read.config.limits }
  for (const part of partsOf(read.config, read.notes, asking)) for (const each of (await part).findings) tell(each)
  return { version, findings, exitCode: findings.some(({ mark }) => mark === 'failed') ? 1 : 0 }
}

/** In the order in which a request meets them. */
function partsOf(config: Config, notes: readonly string[], asking: Asking): (Found | Promise<Found>)[] {
  const target = checkTarget(config, asking)
  const collectors = checkCollectors(config, asking)
  const clocks = Promise.all([target, collectors]).then((both) => ({
    findings: clockFindings(both.flatMap(({ told = [] }) => told)),
  }))
  return [
    { findings: settingFindings(notes) },
    checkPorts(config, asking),
    target,
    collectors,
    checkDashboard(config, asking),
    clocks,
    { findings: [...checkContainer(config), ...checkDescriptors(config.limits), ...checkFiles(config)] },
  ]
}

function settingFindings(notes: readonly string[]): Finding[] {
  // What it means that there is no collector is found below.
  const strange = notes.filter((note) => note !== NO_ENDPOINT)
  return strange.length === 0 ? [ok('settings', 'understood')] : strange.map((note) => warning('settings', note))
}

function problemFinding({ name, message, allowed }: Problem): Finding {
  return failed('settings', `${name} ${message}`, `allowed: ${allowed}`)
}
