/** JSON in printable ASCII alone: it is read in terminals too. Pure. */
import { printable } from './printable.ts'

export function asciiJson(value: unknown): string {
  return printable(JSON.stringify(value))
}
