/**
 * What went wrong in decorators, told to people: each failure once, and no more than a bound of them, because a decorator
 * that fails on every request may fail differently on every request. It does not know what a decorator is.
 */
import type { DecoratorNote } from '../exchange.ts'

export interface FailureOptions {
  readonly limits: { readonly decoratorReportsMax: number; readonly capturedTextBytesMax: number }
  readonly report: (text: string) => void
}

/** Tells it if it is new, and returns the note for the record. `error` is whatever was thrown. Never throws. */
export type Failures = (name: string, error: unknown) => DecoratorNote

export function createFailures({ limits, report }: FailureOptions): Failures {
  const told = new Set<string>()
  return (name, error) => {
    const { message, place } = read(error)
    const short = message.slice(0, limits.capturedTextBytesMax)
    const text = `decorator ${name} failed and was bypassed: ${short}`
    if (told.size < limits.decoratorReportsMax && !told.has(text)) {
      told.add(text)
      report(place === undefined ? text : `${text} (${place})`)
      if (told.size === limits.decoratorReportsMax)
        report('further failures of decorators are recorded, but not said here')
    }
    return { name, did: 'failed', message: short }
  }
}

function read(error: unknown): { readonly message: string; readonly place?: string } {
  try {
    if (!(error instanceof Error)) return { message: String(error) }
    const place = /^ +(at .+)$/m.exec(String(error.stack))?.[1]
    return { message: String(error.message), ...(place === undefined ? {} : { place }) }
  } catch {
    return { message: 'it threw something that has no text' }
  }
}
