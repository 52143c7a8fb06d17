/**
 * A small file of /sys that is read again and again, also when its path has gone: what is seen through /proc/PID/root goes with the
 * process, the file itself with the cgroup.
 */
import { closeSync, openSync, readSync } from 'node:fs'

/** Larger than any file that is held. */
const HELD_BYTES = 4_096

export class HeldText {
  readonly #path: string
  readonly #bytes: Buffer = Buffer.alloc(HELD_BYTES)
  #file: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Undefined when what was opened is no more; the next time it is whatever then has its path. */
  read(): string | undefined {
    try {
      this.#file ??= openSync(this.#path, 'r')
      return this.#bytes.toString('utf8', 0, readSync(this.#file, this.#bytes, 0, HELD_BYTES, 0))
    } catch {
      this.close()
      return undefined
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}
