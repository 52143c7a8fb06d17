/** Whether the process may hold as many descriptors as its bounds on connections ask for. Pure but for one file of /proc. */
import type { Limits } from '../limits.ts'
import { textOf } from '../resources/text-of.ts'
import { type Finding, ok, warning } from './finding.ts'

/** Files, pipes, timers, workers, the way to the collector. */
const OWN = 100

export function checkDescriptors(limits: Limits): Finding[] {
  return descriptorFindings(textOf('/proc/self/limits') ?? '', limits)
}

/** `text` is of /proc/PID/limits; Node has raised the soft limit to the hard one by then. */
export function descriptorFindings(text: string, limits: Limits): Finding[] {
  const allowed = /^Max open files +(\d+|unlimited)/m.exec(text)?.[1]
  if (allowed === undefined) return []
  const others = limits.connectionsRefusedMax + limits.healthConnectionsMax + limits.adminConnectionsMax + OWN
  const needed = 2 * limits.connectionsMax + others
  const about = 'descriptors'
  const most = `${limits.connectionsMax} clients at once (two descriptors each) take ${needed}`
  if (allowed === 'unlimited' || Number(allowed) >= needed) return [ok(about, `${allowed} are allowed, and ${most}`)]
  const fitting = Math.max(1, Math.floor((Number(allowed) - others) / 2))
  const room = `--limit connectionsMax=${fitting} tells further clients 503 in time; without it they wait unheard`
  return [
    warning(
      about,
      `only ${allowed} are allowed, and ${most}`,
      room,
      'or raise the limit: ulimit -n, or the setting of the container runtime',
    ),
  ]
}
