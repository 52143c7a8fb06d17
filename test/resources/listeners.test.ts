import { expect, it } from 'vitest'
import { hasOtherStates, tcpListeners, unixListeners } from '../../src/resources/listeners.ts'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const line = (address: string, state: string, uid: number, inode: number): string =>
  `   0: ${address} ${'0'.repeat(address.indexOf(':'))}:0000 ${state} 00000000:00000000 00:00000000 00000000  ${String(uid).padStart(4)}        0 ${inode} 1 00000000d4beb1a8 100 0 0 10 0\n`
const V4 = '0100007F:1F97'
const ANY4 = '00000000:1F97'
const V6 = '00000000000000000000000001000000:1F97'
const ANY6 = '00000000000000000000000000000000:1F97'
const MAPPED = '0000000000000000FFFF00000100007F:1F97'
const POD6 = 'B80D0120000000000000000005000000:1F97'

it.each([
  ['127.0.0.1', [V4], [1]],
  ['127.0.0.1', [ANY4], [1]],
  ['localhost', [V4, V6], [1, 2]],
  ['localhost', [ANY6], [1]],
  ['127.0.0.1', [MAPPED], [1]],
  ['::1', [V4, V6], [2]],
  ['2001:db8::5', [POD6, V6], [1]],
  ['2001:0db8:0::0005', [POD6], [1]],
  // Two apps on one port: the one bound to this very address answers.
  ['127.0.0.1', [ANY4, V4], [2]],
  ['10.0.0.7', [V4], []],
  ['10.0.0.7', [V4, ANY4], [2]],
  ['127.0.0.1', ['0100007F:1F98'], []],
] as const)('%s is answered by %j: inodes %j', (host, addresses, inodes) => {
  const text = HEAD + addresses.map((address, at) => line(address, '0A', 1_000 + at, at + 1)).join('')
  expect(tcpListeners(text, host, 8_087)).toEqual(inodes.map((inode) => ({ inode, uid: 999 + inode })))
})

it('a connection is no listener, and ends what is worth reading', () => {
  const text = HEAD + line(V4, '01', 0, 7)
  expect(tcpListeners(text, '127.0.0.1', 8_087)).toEqual([])
  expect(hasOtherStates(HEAD + line(V4, '0A', 0, 7) + line(V6, '0A', 0, 8))).toBe(false)
  expect(hasOtherStates(text)).toBe(true)
  for (const other of ['', 'nonsense', HEAD])
    expect([tcpListeners(other, '::1', 1), hasOtherStates(other)]).toEqual([[], false])
})

it('a unix socket is known by its path, if it listens', () => {
  const text = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/app.sock
0000000000000000: 00000003 00000000 00000000 0001 03 12346 /run/app.sock
0000000000000000: 00000002 00000000 00010000 0001 01 12347 /run/app.sock2
0000000000000000: 00000002 00000000 00010000 0001 01 12348 @abstract
`
  expect(unixListeners(text, '/run/app.sock')).toEqual([{ inode: 12_345, uid: undefined }])
})
