/** Exchanges as the data thread packs them. */
import type { Exchange } from '../../src/exchange.ts'
import { type PackedExchanges, Packer } from '../../src/packing.ts'

export function pack(exchanges: readonly Exchange[], packer: Packer = new Packer(exchanges.length)): PackedExchanges {
  for (const exchange of exchanges) packer.add(exchange)
  return packer.take()
}
