/** /proc/net/tcp, tcp6 and unix → who listens. Pure. The kernel writes the listening sockets of TCP before all others. */
import { countOf } from './proc.ts'

/** Where podspan connects to, as far as it matters here. */
export type LocalTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

export interface Listener {
  /** Which socket it is; unlike a port, it is not the same after a restart. */
  readonly inode: number
  /** Who made it, as this user namespace has it; /proc/net/unix does not say. */
  readonly uid: number | undefined
}

interface TcpListener extends Listener {
  readonly uid: number
  /** As a URL has it: `127.0.0.1`, `[::1]`. */
  readonly address: string
  readonly port: number
}

/** State 0A: listening. */
const TCP_LINE =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A (?:\S+ ){3} *(\d+) +\d+ (\d+) /gm
/** __SO_ACCEPTCON: listening. */
const UNIX_LINE = /^[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ 00010000 [0-9A-F]+ [0-9A-F]+ +(\d+) (.+)$/gm
const ANY = new Set(['0.0.0.0', '[::]'])

/** The texts of both address families → the sockets that a connection to the target reaches. An exact address beats any. */
export function tcpListeners(text: string, host: string, port: number): Listener[] {
  const wanted = addressesOf(host)
  const found = parseTcp(text).filter((each) => each.port === port)
  const exact = found.filter(({ address }) => wanted.includes(address))
  const chosen = exact.length > 0 ? exact : found.filter(({ address }) => ANY.has(address))
  return chosen.map(({ inode, uid }) => ({ inode, uid }))
}

export function unixListeners(text: string, path: string): Listener[] {
  return [...text.matchAll(UNIX_LINE)]
    .filter(([, , name]) => name === path)
    .map(([, inode]) => ({ inode: Number(inode), uid: undefined }))
}

/** The text has come to sockets that do not listen: nothing of interest follows. */
export function hasOtherStates(text: string): boolean {
  return / [0-9A-F]{8}(?:[0-9A-F]{24})?:[0-9A-F]{4} (?!0A)[0-9A-F]{2} /.test(text)
}

function parseTcp(text: string): TcpListener[] {
  return [...text.matchAll(TCP_LINE)].flatMap(([, address = '', port = '', uid, inode]) => {
    const [user, number] = [countOf(uid), countOf(inode)]
    if (user === undefined || number === undefined) return []
    return [{ address: addressText(address), port: Number.parseInt(port, 16), uid: user, inode: number }]
  })
}

/** Words of four bytes, each in the order of this machine: little-endian on all that Node runs on but s390x. */
function addressText(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse())
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  // A socket of both families that is bound to an IPv4 address.
  const mapped = /^0{20}f{4}(.{8})$/i.exec(bytes.join(''))?.[1]
  if (mapped !== undefined) return (mapped.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')
  const groups = bytes.join('').match(/.{4}/g) ?? []
  return canonical(`[${groups.join(':')}]`)
}

function addressesOf(host: string): string[] {
  return host === 'localhost' ? ['127.0.0.1', '[::1]'] : [canonical(host.includes(':') ? `[${host}]` : host)]
}

function canonical(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host
}
