/**
 * Whether a trace is exported: the six samplers of OTEL_TRACES_SAMPLER, and rules by path. Metrics and the ring see every
 * request anyway. Ratios are decided as OpenTelemetry's probability sampling says, so that every hop that keeps to it
 * decides alike: 56 random bits of the trace id (or `rv` of tracestate) are compared with a threshold.
 */

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

export interface SamplingInput {
  readonly traceId: string
  /** What the caller decided; undefined for a trace that begins here. */
  readonly parentSampled: boolean | undefined
  /** `rv` of the caller's tracestate: 14 hexadecimal digits that stand for the trace id's own randomness. */
  readonly randomness?: string | undefined
}

export interface Sampling {
  readonly sampled: boolean
  /** `th` for tracestate when a ratio was applied and let it pass; undefined: nothing is known about probability. */
  readonly threshold?: string
}

/** Decides for one request; the rule, where one stands for its path, decides in place of the sampler. */
export type Sampler = (input: SamplingInput) => Sampling

const RANDOM_DIGITS = 14
const RANDOM_BITS = RANDOM_DIGITS * 4
const OFF: Sampling = { sampled: false }
const ON: Sampling = { sampled: true }

export function createSampler(name: SamplerName, ratio: number): Sampler {
  const root = rootOf(name, ratio)
  if (!name.startsWith('parentbased_')) return root
  return (input) => (input.parentSampled === undefined ? root(input) : input.parentSampled ? ON : OFF)
}

/** Never, always, or this part of all traces. */
export function ratioSampler(ratio: number): Sampler {
  if (ratio === 0) return () => OFF
  // Scaled before it is subtracted: 1 - 0.1 would round in the 53rd bit, and other hops would compare with another number.
  const rejected = 2n ** BigInt(RANDOM_BITS) - BigInt(Math.round(ratio * 2 ** RANDOM_BITS))
  // Trailing zeros are left out; a threshold of zero is one digit.
  const threshold = rejected.toString(16).padStart(RANDOM_DIGITS, '0').replace(/0+$/, '') || '0'
  const passed: Sampling = { sampled: true, threshold }
  return ({ traceId, randomness }) =>
    BigInt(`0x${randomness ?? traceId.slice(-RANDOM_DIGITS)}`) >= rejected ? passed : OFF
}

function rootOf(name: SamplerName, ratio: number): Sampler {
  if (name.endsWith('always_on')) return () => ON
  return name.endsWith('always_off') ? () => OFF : ratioSampler(ratio)
}
