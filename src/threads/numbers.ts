/**
 * Numbers that no two data threads give and none gives twice, without a word between them: the n-th of thread i of N is
 * n x N + i + 1. The last one is kept in memory that outlives the thread, so that its successor goes on from there.
 */

const CELLS = { exchange: 0, connection: 1 } as const

export function numbersMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Object.keys(CELLS).length * Float64Array.BYTES_PER_ELEMENT)
}

/** `index` counts from 0. */
export function createNumbers(
  memory: SharedArrayBuffer,
  what: keyof typeof CELLS,
  index: number,
  threads: number,
): () => number {
  const cells = new Float64Array(memory)
  const cell = CELLS[what]
  let given = cells[cell] ?? 0
  return () => {
    const number = given * threads + index + 1
    // Nobody reads it while this thread lives: a plain write will do.
    cells[cell] = ++given
    return number
  }
}
