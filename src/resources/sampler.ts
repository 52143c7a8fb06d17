/**
 * Looks at the app's container, the pod's network and the node every so often, and once more at the app and its container when
 * somebody asks. Files are read synchronously, on a thread that may wait for them; no child process is ever started.
 */
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import type { AppHint } from './app.ts'
import { AppWatch } from './app-watch.ts'
import { present, usageCores } from './cgroup.ts'
import { networkFigures } from './network.ts'
import { createNodeLook } from './node.ts'
import type { ResourceSample } from './sample.ts'
import { textOf } from './text-of.ts'
import type { Visibility } from './visibility.ts'

export interface SamplerOptions {
  readonly clock: Clock
  readonly limits: Pick<Limits, 'sampleEveryMs' | 'sampleApartMs' | 'killsEveryMs' | 'smapsEveryMs'>
  readonly app: AppHint
  /** Told of the first sample before startSampler returns, then of every other. */
  readonly onSample: (sample: ResourceSample) => void
  /** Told at the start, and when it changes. */
  readonly onVisible: (visibility: Visibility) => void
  readonly say: (text: string) => void
}

export interface Sampler {
  latest(): ResourceSample | undefined
  /** The next sample comes as soon as one may: at once, or `sampleApartMs` after the last. */
  soon(): void
  /** Reads now what a runtime may have removed by then. */
  suspect(): void
  stop(): void
}

export function startSampler({ clock, limits, app, onSample, onVisible, say }: SamplerOptions): Sampler {
  const { sampleEveryMs, sampleApartMs, killsEveryMs, smapsEveryMs } = limits
  const watch = new AppWatch({ hint: app, clock, killsEveryMs, smapsEveryMs, onVisible })
  const lookAtNode = createNodeLook(say)
  let latest: ResourceSample | undefined
  /**
   * The last look at everything. Usage is told of a period's length or more: between two close looks it would jump. Why a request
   * was slow is told of the container alone, so looks in between leave the network and the node as they were: a third of the price.
   */
  let base: ResourceSample | undefined
  let cancel: () => void = () => {}
  let dueMs = 0
  const sample = (): void => {
    const atMonotonicMs = clock.monotonicMs()
    const known = base !== undefined && atMonotonicMs - base.atMonotonicMs < sampleEveryMs / 2 ? base : undefined
    const { network, node } = known ?? { network: lookAtNetwork(), node: lookAtNode() }
    const looked = { ...watch.look(), network, node }
    const now = { atMonotonicMs, tookMs: clock.monotonicMs() - atMonotonicMs, ...looked }
    latest = withUsage(now, base)
    if (known === undefined) base = latest
    schedule(atMonotonicMs + sampleEveryMs)
    onSample(latest)
  }
  const schedule = (atMs: number): void => {
    cancel()
    dueMs = atMs
    cancel = clock.after(Math.max(0, atMs - clock.monotonicMs()), sample)
  }
  sample()
  return {
    latest: () => latest,
    soon() {
      const soonestMs = (latest?.atMonotonicMs ?? 0) + sampleApartMs
      if (dueMs > soonestMs) schedule(soonestMs)
    },
    suspect: () => watch.readKills(),
    stop() {
      cancel()
      watch.stop()
    },
  }
}

function withUsage(now: ResourceSample, base: ResourceSample | undefined): ResourceSample {
  const { container } = now
  if (container === undefined || base?.life !== now.life) return now
  const used = usageCores(
    { atMs: base.atMonotonicMs, timeSeconds: base.container?.cpu.timeSeconds },
    { atMs: now.atMonotonicMs, timeSeconds: container.cpu.timeSeconds },
  )
  return { ...now, container: { ...container, cpu: { ...container.cpu, ...present({ usageCores: used }) } } }
}

function lookAtNetwork(): ResourceSample['network'] {
  return networkFigures(textOf('/proc/net/dev'), textOf('/proc/net/snmp'))
}
