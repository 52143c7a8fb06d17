/** A small file of /proc or /sys, whole. They are read synchronously: on a thread that may wait, and the kernel answers from memory. */
import { readFileSync } from 'node:fs'

/** Undefined when there is no such file, or none that this user may read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
