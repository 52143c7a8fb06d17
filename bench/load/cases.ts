/** What is asked, in which way, by how many: the axes of the comparison. */

export interface Case {
  readonly key: string
  readonly name: string
  readonly connections: number
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Of the request's body; 0 when there is none. */
  readonly uploadBytes: number
  /** The request's body leaves in chunks. */
  readonly chunkedUpload: boolean
  readonly keepAlive: boolean
}

/** `GET, no body, 64 connections` */
export function title({ name, connections }: Case): string {
  return `${name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`
}

const KIB = 1_024
const MIB = 1_024 * KIB
/** One request after another, on each of so many connections. */
const CONNECTIONS = 64

/** The one that most budgets are about. */
export const MAIN_CASE: Case = get('GET, no body', '/0')
export const ONE_CONNECTION: Case = { ...MAIN_CASE, key: 'c1', connections: 1 }

export const CASES: readonly Case[] = [
  MAIN_CASE,
  ONE_CONNECTION,
  { ...MAIN_CASE, key: 'c1000', connections: 1_000 },
  { ...MAIN_CASE, key: 'close', name: 'GET, no body, a connection each', keepAlive: false },
  get('GET, 1 KiB down', `/${KIB}`),
  get('GET, 64 KiB down', `/${64 * KIB}`),
  get('GET, 1 MiB down', `/${MIB}`),
  get('GET, 64 KiB down, chunked', `/chunked/${64 * KIB}`),
  post('POST, 1 KiB up', KIB),
  post('POST, 64 KiB up', 64 * KIB),
  post('POST, 1 MiB up', MIB),
  post('POST, 64 KiB up, chunked', 64 * KIB, true),
]

/** `--quick` leaves out what mostly repeats another row. */
export const QUICK_CASES: readonly Case[] = CASES.filter(({ key }) =>
  ['get/0', 'c1', 'c1000', 'get/65536', 'post/65536'].includes(key),
)

function get(name: string, path: string): Case {
  const key = `get${path}`
  const none = { uploadBytes: 0, chunkedUpload: false }
  return { key, name, connections: CONNECTIONS, method: 'GET', path, keepAlive: true, ...none }
}

function post(name: string, uploadBytes: number, chunkedUpload = false): Case {
  const key = `post/${chunkedUpload ? 'chunked/' : ''}${uploadBytes}`
  const fixed = { connections: CONNECTIONS, method: 'POST' as const, path: '/up', keepAlive: true }
  return { key, name, ...fixed, uploadBytes, chunkedUpload }
}
