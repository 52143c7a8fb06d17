/** Looks at a container, as the sampler tells them, for tests of who takes them. */
import type { ContainerSample, ResourceSample } from '../../src/resources/sample.ts'
import { sampleOf } from './observed.ts'

type Changes = Partial<Omit<ResourceSample, 'container'>> & {
  readonly container?: Partial<ContainerSample> | undefined
}

export function lookOf(atMonotonicMs: number, { container, ...changes }: Changes = {}): ResourceSample {
  const seen: ContainerSample | undefined = container && {
    scope: 'app',
    cgroup: 'v2',
    memory: {},
    cpu: {},
    pressure: {},
    pids: {},
    io: {},
    ...container,
  }
  return { ...sampleOf(2), atMonotonicMs, scope: 'app', container: seen, ...changes }
}
