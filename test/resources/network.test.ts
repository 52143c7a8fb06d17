import { expect, it } from 'vitest'
import { networkFigures } from '../../src/resources/network.ts'

const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 394920686388 183351811    0    0    0     0          0         0 394920686388 183351811    0    0    0     0       0          0
  eth0: 3131865184  116409    3    0    0     0          0         0 10158420   84009    4    0    0     0       0          0
eth1.5:12 1 0 0 0 0 0 0 34 1 0 0 0 0 0 0
 short: 1 2 3
`
const SNMP = `Ip: Forwarding DefaultTTL
Ip: 2 64
Tcp: RtoAlgorithm MaxConn InSegs OutSegs RetransSegs InErrs
Tcp: 1 -1 183477105 183418986 45884 0
Udp: InDatagrams
Udp: 1239
`

it('tells what passed each interface but the loopback, and what TCP sent again', () => {
  expect(networkFigures(DEV, SNMP)).toEqual({
    interfaces: [
      { name: 'eth0', receivedBytes: 3_131_865_184, sentBytes: 10_158_420, receiveErrors: 3, sendErrors: 4 },
      { name: 'eth1.5', receivedBytes: 12, sentBytes: 34, receiveErrors: 0, sendErrors: 0 },
    ],
    tcpSegmentsSent: 183_418_986,
    tcpRetransmits: 45_884,
  })
})

it.each([
  [undefined, undefined, undefined],
  [undefined, 'Tcp: OutSegs\n', { interfaces: [] }],
  ['', 'Tcp: OutSegs RetransSegs\nTcp: x 7\n', { interfaces: [], tcpRetransmits: 7 }],
  ['eth0: nonsense', undefined, { interfaces: [] }],
])('of %j and %j: %j', (dev, snmp, figures) => {
  expect(networkFigures(dev, snmp)).toEqual(figures)
})
