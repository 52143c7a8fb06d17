/** The header fields that somebody asked to keep. Secrets among them are taken out before any sink, not here. Pure. */
import type { CapturedHeaders } from '../exchange.ts'
import { allValues, type Field } from '../http1/message.ts'

/** `names`: lower case. Undefined when nothing was asked for, or nothing of it was there. */
export function captured(fields: readonly Field[], names: readonly string[]): CapturedHeaders | undefined {
  if (names.length === 0) return undefined
  const found = names.flatMap((name): [string, readonly string[]][] => {
    const values = allValues(fields, name)
    return values.length === 0 ? [] : [[name, values]]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
