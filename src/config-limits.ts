/** `--limit NAME=VALUE`: every bound of limits.ts by its own name. Pure. */
import { type Environment, millisecondsOf, type Problem } from './config-reader.ts'
import type { CliOptions } from './config-settings.ts'
import { DEFAULT_LIMITS, type Limits, OFF_AT_ZERO } from './limits.ts'

const VARIABLE = 'PODSPAN_LIMITS'
/** Above what any of them can sensibly be, and far below where sums of them would lose precision. */
const VALUE_MAX = 1_000_000_000_000
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 }

/** Flags win over the variable, one name at a time. */
export function readNamedLimits(options: CliOptions, env: Environment, problems: Problem[]): Partial<Limits> {
  const fromVariable = (env[VARIABLE] ?? '').split(',').filter((pair) => pair.trim() !== '')
  const pairs = [
    ...fromVariable.map((pair) => ({ source: VARIABLE, pair })),
    ...(options.limit ?? []).map((pair) => ({ source: '--limit', pair })),
  ]
  const limits: Partial<Record<keyof Limits, number>> = {}
  for (const { source, pair } of pairs) {
    const [name = '', value = ''] = pair.split('=', 2).map((part) => part.trim())
    if (!isLimit(name)) problems.push(unknown(source, name))
    else {
      const number = parsed(name, value)
      if (number === undefined) problems.push(unreadable(source, name, value))
      else limits[name] = number
    }
  }
  return limits
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(DEFAULT_LIMITS, name)
}

function parsed(name: keyof Limits, text: string): number | undefined {
  const number = name.endsWith('Ms') ? millisecondsOf(text) : name.includes('ytes') ? bytesOf(text) : plain(text)
  const min = OFF_AT_ZERO.has(name) ? 0 : 1
  return number >= min && number <= VALUE_MAX ? number : undefined
}

function bytesOf(text: string): number {
  const match = /^([0-9]{1,12})([kmg]?)$/i.exec(text)
  return match === null ? Number.NaN : Number(match[1]) * (UNIT_BYTES[(match[2] ?? '').toLowerCase()] ?? 1)
}

function plain(text: string): number {
  return /^[0-9]{1,12}$/.test(text) ? Number(text) : Number.NaN
}

function unknown(name: string, limit: string): Problem {
  return {
    name,
    message: `${JSON.stringify(limit.slice(0, 80))} is not a limit`,
    allowed: Object.keys(DEFAULT_LIMITS).join(', '),
  }
}

function unreadable(name: string, limit: keyof Limits, value: string): Problem {
  const kind = limit.endsWith('Ms')
    ? 'a time such as 500ms, 5s, 2m or 1h'
    : limit.includes('ytes')
      ? 'bytes such as 65536, 64k or 10m'
      : 'a whole number'
  const zero = OFF_AT_ZERO.has(limit) ? '; 0 switches it off' : ' above 0'
  return {
    name,
    message: `${limit}=${JSON.stringify(value.slice(0, 80))} is not understood`,
    allowed: `${kind}${zero}`,
  }
}
