/** Exchanges as the data thread packs them, and as the observer has them again. */
import type { Exchange } from '../../src/exchange.ts'
import { type PackedExchanges, Packer, unpack } from '../../src/packing.ts'

export function pack(exchanges: readonly Exchange[], packer: Packer = new Packer(exchanges.length)): PackedExchanges {
  for (const exchange of exchanges) packer.add(exchange)
  return packer.take()
}

export function unpacked(packed: PackedExchanges): Exchange[] {
  const exchanges: Exchange[] = []
  unpack(packed, (exchange) => exchanges.push(exchange))
  return exchanges
}
