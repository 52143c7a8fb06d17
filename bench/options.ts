/** argv → what to measure, or what is wrong with it. Pure. */
import { parseArgs } from 'node:util'

export interface Options {
  readonly isQuick: boolean
  /** Keys of subjects, or their first parts; [] means all. */
  readonly only: readonly string[]
  readonly rounds: number
  readonly seconds: number
}

export const USAGE = `npm run bench -- [--quick] [--only podspan,nginx] [--rounds N] [--seconds N]`

/** A text is what is wrong. */
export function readOptions(argv: readonly string[], keys: readonly string[]): Options | string {
  let values: { quick?: boolean; only?: string; rounds?: string; seconds?: string }
  try {
    const string = { type: 'string' } as const
    const options = { quick: { type: 'boolean' }, only: string, rounds: string, seconds: string } as const
    values = parseArgs({ args: [...argv], options }).values
  } catch (error) {
    return (error as Error).message
  }
  const isQuick = values.quick === true
  const only = values.only?.split(',') ?? []
  const unknown = only.filter((wanted) => !keys.some((key) => isMeant(key, wanted)))
  const rounds = Number(values.rounds ?? (isQuick ? 2 : 3))
  const seconds = Number(values.seconds ?? (isQuick ? 1 : 2))
  if (unknown.length > 0) return `--only ${unknown.join(',')}: allowed are ${keys.join(', ')}`
  if (!isCount(rounds)) return `--rounds ${values.rounds}: allowed is a whole number from 1`
  if (!isCount(seconds)) return `--seconds ${values.seconds}: allowed is a whole number from 1`
  return { isQuick, only, rounds, seconds }
}

/** `podspan` means `podspan-off` too. */
export function isMeant(key: string, wanted: string): boolean {
  return key === wanted || key.startsWith(`${wanted}-`)
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1
}
