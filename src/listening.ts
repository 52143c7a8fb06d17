/** Where a data thread takes clients, in memory that others read: its port, or 0 while it takes none. */

export function listeningMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
}

export function setListening(memory: SharedArrayBuffer, port: number): void {
  Atomics.store(new Int32Array(memory), 0, port)
}

export function listeningPort(memory: SharedArrayBuffer): number {
  return Atomics.load(new Int32Array(memory), 0)
}
