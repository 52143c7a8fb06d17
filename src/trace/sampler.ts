/** Whether a trace is exported: the six samplers of OTEL_TRACES_SAMPLER. Metrics and the ring see every request anyway. */

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

/** `parentSampled`: what the caller decided; undefined for a trace that begins here. */
export type Sampler = (traceId: string, parentSampled: boolean | undefined) => boolean

const RANDOM_BITS = 56

export function createSampler(name: SamplerName, ratio: number): Sampler {
  const root = rootOf(name, ratio)
  if (!name.startsWith('parentbased_')) return root
  return (traceId, parentSampled) => parentSampled ?? root(traceId, undefined)
}

function rootOf(name: SamplerName, ratio: number): Sampler {
  if (name.endsWith('always_on')) return () => true
  if (name.endsWith('always_off')) return () => false
  // Consistent probability sampling: every hop compares the same 56 random bits with the same threshold.
  const threshold = BigInt(Math.round((1 - ratio) * 2 ** RANDOM_BITS))
  return (traceId) => BigInt(`0x${traceId.slice(-RANDOM_BITS / 4)}`) >= threshold
}
