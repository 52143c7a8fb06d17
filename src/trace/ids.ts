/** Trace and span ids: random, never zero, from a pool so that one request does not pay for one system call. */

export interface Ids {
  /** 32 lower-case hexadecimal digits. */
  traceId(): string
  /** 16 lower-case hexadecimal digits. */
  spanId(): string
}

const POOL_BYTES = 4_096

export function createIds(fillRandom: (buffer: Uint8Array) => unknown): Ids {
  const pool = Buffer.alloc(POOL_BYTES)
  let at = POOL_BYTES
  const take = (bytes: number): string => {
    if (at + bytes > POOL_BYTES) {
      fillRandom(pool)
      at = 0
    }
    at += bytes
    const id = pool.toString('hex', at - bytes, at)
    // All zero means "invalid" in W3C Trace Context.
    return /[^0]/.test(id) ? id : take(bytes)
  }
  return { traceId: () => take(16), spanId: () => take(8) }
}
