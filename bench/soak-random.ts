/** Seeded chance and the bytes that both sides of the soak know: a body is a slice of one pattern, named by offset and size. */

export interface Random {
  /** An integer from 0 to below `n`. */
  below(n: number): number
  /** True in this many of a hundred cases. */
  percent(n: number): boolean
  pick<T>(values: readonly T[]): T
  bytes(count: number): Buffer
}

/** mulberry32: small, quick, and the same on every run with the same seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return {
    below,
    percent: (n) => next() * 100 < n,
    pick: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new Error('nothing to pick from')
      return value
    },
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  }
}

const MIB = 2 ** 20
// A whole MiB more than the largest body, so that bodies at different offsets differ.
const PATTERN = createRandom(1).bytes(2 * MIB)

export function body(size: number, offset: number): Buffer {
  return PATTERN.subarray(offset % MIB, (offset % MIB) + size)
}

/** Mostly small: a MiB each time would measure the loopback and nothing else. */
export function bodySize(random: Random): number {
  const roll = random.below(100)
  if (roll < 15) return 0
  if (roll < 75) return 1_024
  return roll < 96 ? 65_536 : MIB
}
