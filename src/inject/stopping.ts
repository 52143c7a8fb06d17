/**
 * In which order a pod ends. The app is told to stop at once, and a native sidecar when the app is gone, while clients still come for a
 * few seconds: so the app goes on for them. An ordinary sidecar is told at the same time, and has to outlive it.
 */
import type { App } from './app.ts'
import type { Draft } from './draft.ts'
import { type InjectOptions, PRE_STOP_SECONDS } from './options.ts'
import type { SidecarSettings } from './sidecar.ts'
import type { Workload } from './workload.ts'

const GRACE_SECONDS = 30
/** How much longer an ordinary sidecar goes on than the app sleeps, and what it keeps of the grace period for its own end. */
const LONGER_SECONDS = 3
const END_SECONDS = 2
const DRAIN_SECONDS_MAX = 30

export function refuseStop(app: App, options: InjectOptions): void {
  const { workload } = app
  const sleep = preStopSeconds(app, options)
  const behind = options.plain === true ? LONGER_SECONDS + END_SECONDS : 1
  if (sleep > 0 && graceSeconds(workload) < sleep + behind)
    workload.pod
      .at('terminationGracePeriodSeconds')
      .refuse(
        `leaves no time behind a preStop sleep of ${sleep} s`,
        'Make it longer, or --pre-stop shorter (0 for none)',
      )
}

/** Past the app's sleep while clients still come, and then for what is under way. */
export function stopSeconds(
  workload: Workload,
  { preStopSeconds: sleep = PRE_STOP_SECONDS }: InjectOptions,
): SidecarSettings['stopSeconds'] {
  const min = sleep + LONGER_SECONDS
  return { min, max: Math.max(min, Math.min(DRAIN_SECONDS_MAX, graceSeconds(workload) - LONGER_SECONDS - END_SECONDS)) }
}

export function planStop(app: App, options: InjectOptions, draft: Draft, say: (note: string) => void): void {
  const { container, workload } = app
  const seconds = preStopSeconds(app, options)
  if (container.at.at('lifecycle', 'preStop').isThere && !workload.isJob)
    say(
      `container ${container.name} has a preStop hook of its own, which stays: it should last until no client comes any more`,
    )
  if (seconds === 0) return
  // Before 1.30 there is no sleep action. An image without this program loses nothing: its hook fails and it is told to stop.
  const hook = options.plain === true ? { exec: { command: ['sleep', String(seconds)] } } : { sleep: { seconds } }
  draft.set([...container.at.path, 'lifecycle', 'preStop'], hook)
  const how = options.plain === true ? 'its own sleep program' : 'Kubernetes 1.30 or later'
  say(
    `container ${container.name} goes on for ${seconds} s when it is told to stop (preStop, by ${how}; --pre-stop 0 leaves it out)`,
  )
}

function preStopSeconds(
  { container, workload }: App,
  { preStopSeconds: seconds = PRE_STOP_SECONDS }: InjectOptions,
): number {
  const isLeft = workload.isJob || workload.isKnative || container.at.at('lifecycle', 'preStop').isThere
  return isLeft ? 0 : seconds
}

function graceSeconds({ pod }: Workload): number {
  return pod.at('terminationGracePeriodSeconds').number() ?? GRACE_SECONDS
}
