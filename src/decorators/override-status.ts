/** Answers of one status leave with another; the body stays the app's. */
import type { Decorator } from './decorator.ts'

export function overrideStatus(from: number, to: number, reason: string): Decorator {
  return {
    name: `override-status ${from}`,
    response: ({ status }) => (status === from ? { kind: 'response', status: to, reason } : undefined),
  }
}
