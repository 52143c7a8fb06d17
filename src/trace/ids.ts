/** Trace and span ids: random, never zero, from a pool so that one request does not pay for one system call. */

export interface Ids {
  /** 32 lower-case hexadecimal digits. */
  traceId(): string
  /** 16 lower-case hexadecimal digits. */
  spanId(): string
}

const POOL_BYTES = 16_384
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/** All zero means "invalid" in W3C Trace Context. Few are looked at whole: that two texts of one length differ V8's runtime finds out. */
export function isZero(id: string): boolean {
  return id.startsWith('0') && (id === NO_TRACE || id === NO_SPAN)
}

export function createIds(fillRandom: (buffer: Uint8Array) => unknown): Ids {
  const pool = Buffer.alloc(POOL_BYTES)
  // Written out once for the whole pool: an id is then a slice of it.
  let digits = ''
  let at = 0
  const take = (length: number): string => {
    if (at + length > digits.length) {
      fillRandom(pool)
      digits = pool.toString('hex')
      at = 0
    }
    at += length
    const id = digits.slice(at - length, at)
    return isZero(id) ? take(length) : id
  }
  return { traceId: () => take(32), spanId: () => take(16) }
}
