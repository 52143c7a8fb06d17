/** Ratios by path, and what is no traffic: health checks are neither traced nor touched. Pure. */
import { type Field, firstValue } from '../http1/message.ts'
import { ratioSampler, type Sampler } from './sampler.ts'

export interface SamplingRule {
  /** A path, or the beginning of one when it ends in `*`. */
  readonly path: string
  /** From 0, never, to 1, always. */
  readonly ratio: number
}

/** Paths that are health checks by convention; a rule of the user's own comes first. */
export const HEALTH_CHECKS: readonly SamplingRule[] = ['/healthz', '/livez', '/readyz'].map((path) => ({
  path,
  ratio: 0,
}))

/** What the kubelet calls itself. */
const PROBE = 'kube-probe/'

/** The sampler that a rule puts in place for this request; `never` when it is not to be traced at all. */
export type RuleFor = (target: string, fields: readonly Field[]) => Sampler | 'never' | undefined

export function createRules(rules: readonly SamplingRule[]): RuleFor {
  const compiled = [...rules, ...HEALTH_CHECKS].map(({ path, ratio }) => ({
    matches: matcher(path),
    verdict: ratio === 0 ? ('never' as const) : ratioSampler(ratio),
  }))
  return (target, fields) => {
    const end = target.indexOf('?')
    const path = end === -1 ? target : target.slice(0, end)
    const rule = compiled.find(({ matches }) => matches(path))
    if (rule !== undefined) return rule.verdict
    return firstValue(fields, 'user-agent')?.startsWith(PROBE) ? 'never' : undefined
  }
}

function matcher(pattern: string): (path: string) => boolean {
  if (!pattern.endsWith('*')) return (path) => path === pattern
  const start = pattern.slice(0, -1)
  return (path) => path.startsWith(start)
}
