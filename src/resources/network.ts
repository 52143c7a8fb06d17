/** /proc/net/dev and /proc/net/snmp → what passed the network namespace, which the containers of a pod share. Pure. */
import { present } from './cgroup.ts'
import { countOf } from './proc.ts'
import type { NetworkInterface, NetworkSample } from './sample.ts'

/** Undefined when neither is to be read. */
export function networkFigures(dev: string | undefined, snmp: string | undefined): NetworkSample | undefined {
  if (dev === undefined && snmp === undefined) return undefined
  const tcp = parseSnmp(snmp ?? '', 'Tcp')
  const counts = { tcpSegmentsSent: tcp.get('OutSegs'), tcpRetransmits: tcp.get('RetransSegs') }
  return { interfaces: parseInterfaces(dev ?? ''), ...present(counts) }
}

/** `name: bytes packets errs ...`, eight counts received and eight sent. What passes the loopback leaves no pod. */
function parseInterfaces(text: string): NetworkInterface[] {
  return [...text.matchAll(/^ *([^\s:]+): *(.*)$/gm)].flatMap(([, name = '', fields = '']) => {
    const counts = fields.split(/\s+/).map(countOf)
    const [receivedBytes, , receiveErrors, , , , , , sentBytes, , sendErrors] = counts
    if (name === 'lo' || receivedBytes === undefined || receiveErrors === undefined) return []
    if (sentBytes === undefined || sendErrors === undefined) return []
    return [{ name, receivedBytes, sentBytes, receiveErrors, sendErrors }]
  })
}

/** Two lines a protocol: the names, then the values. */
function parseSnmp(text: string, protocol: string): ReadonlyMap<string, number> {
  const [names, values] = [...text.matchAll(new RegExp(`^${protocol}: (.*)$`, 'gm'))].map(([, line = '']) =>
    line.split(' '),
  )
  return new Map(
    (names ?? []).flatMap((name, at) => {
      const value = countOf(values?.[at])
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}
