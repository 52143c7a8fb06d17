/** The app: is it there, on which address, and does it speak HTTP/1.1? One HEAD request, and none where nothing is to be read. */
import type { Config, Target } from '../config.ts'
import { targetText } from '../config.ts'
import { type Asked, type Asking, speechAt } from './ask.ts'
import { connectTo, type Failure, isFailure, NO_TIME, type Place, resolve, within } from './dial.ts'
import { type Finding, type Found, failed, ok, warning } from './finding.ts'

const ABOUT = 'target'
/** A person notices it, and so does a probe. */
const SLOW_MS = 1_000
const HIDDEN = "in Kubernetes a container's localhost is its pod's; another pod is reached by a Service's name"
const OPAQUE = 'or pass it unread with --opaque: connections are recorded then, and no requests'

type Dialled = Exclude<Target, { kind: 'named' }>

export async function checkTarget(config: Config, asking: Asking): Promise<Found> {
  const { target } = config
  if (target.kind === 'named') {
    const hosts = target.allow.join(', ')
    return {
      findings: [ok(ABOUT, `egress: only ${hosts} will be dialled, when the app asks; nothing was dialled now`)],
    }
  }
  const over = within(asking.clock, asking.limits.checkMs, asking.stopped)
  const places = await placesOf(target, over)
  if (isFailure(places)) return { findings: [notResolved(target, places)] }
  const reached = await Promise.all(places.map(async (place) => ({ place, code: await codeAt(place, over) })))
  const [first] = reached.filter(({ code }) => code === undefined)
  if (first === undefined) return { findings: [notReached(target, reached)] }
  const where = whereText(target, reached)
  if (config.opaque)
    return { findings: [ok(ABOUT, `${where} takes connections; with --opaque nothing more is asked of it`)] }
  const asked = await speechAt(first.place, { method: 'HEAD', path: '/', authority: authorityOf(target) }, asking)
  return isFailure(asked) ? { findings: [notReached(target, [{ ...first, code: asked.code }])] } : judge(where, asked)
}

interface Reached {
  readonly place: Place
  /** Why there is no connection; undefined when there is one. */
  readonly code: string | undefined
}

async function placesOf(target: Dialled, over: AbortSignal): Promise<readonly Place[] | Failure> {
  if (target.kind === 'unix') return [{ path: target.path }]
  const addresses = await resolve(target.host, over)
  return isFailure(addresses) ? addresses : addresses.map((host) => ({ host, port: target.port }))
}

async function codeAt(place: Place, over: AbortSignal): Promise<string | undefined> {
  const socket = await connectTo(place, over)
  if (isFailure(socket)) return socket.code
  socket.destroy()
  return undefined
}

function judge(where: string, { speech, code, askedAtMs, heardAtMs }: Asked): Found {
  if (speech.kind !== 'http1') return { findings: [notHttp(where, speech, code)] }
  const { status, version, fields } = speech
  const tookMs = heardAtMs - askedAtMs
  const found = `${where} answers HTTP/${version}: ${status} to HEAD / in ${Math.round(tookMs)} ms`
  const date = fields.get('date')
  const told = date === undefined ? [] : [{ by: 'the target', date, askedAtMs, heardAtMs }]
  return { findings: [judged(found, status, tookMs)], told }
}

function judged(found: string, status: number, tookMs: number): Finding {
  if (status >= 500) return warning(ABOUT, found, "it is there, and says that it is not well: see the app's own log")
  if (tookMs > SLOW_MS) return warning(ABOUT, found, 'podspan adds well under a millisecond: the time is the app’s own')
  return ok(ABOUT, found)
}

function notHttp(
  where: string,
  speech: Exclude<Asked['speech'], { kind: 'http1' }>,
  code: string | undefined,
): Finding {
  if (speech.kind === 'tls')
    return failed(
      ABOUT,
      `${where} speaks TLS, which podspan cannot read`,
      'let the app take plain HTTP from podspan',
      OPAQUE,
    )
  if (speech.kind === 'http2')
    return failed(
      ABOUT,
      `${where} speaks HTTP/2 alone (gRPC, h2c), and podspan HTTP/1.1`,
      'let the app take HTTP/1.1',
      OPAQUE,
    )
  if (speech.kind === 'other')
    return failed(
      ABOUT,
      `${where} speaks no HTTP; it said ${JSON.stringify(speech.start)}`,
      'is this the port of the app?',
      OPAQUE,
    )
  const found =
    code === NO_TIME
      ? `${where} takes connections and answers nothing in the time there was`
      : `${where} takes connections and ends them without a word${code === undefined ? '' : ` (${code})`}`
  return failed(ABOUT, found, "see the app's own log: HEAD / was asked", OPAQUE)
}

function notResolved({ kind, ...target }: Dialled, { code }: Failure): Finding {
  const host = 'host' in target ? target.host : ''
  return failed(ABOUT, `the name ${host} is not resolved (${code})`, 'check the name in --target', HIDDEN)
}

function notReached(target: Dialled, reached: readonly Reached[]): Finding {
  const text = targetText(target)
  const [{ code = '' } = {}] = reached
  if (target.kind === 'unix') return notReachedByPath(text, code)
  const tried = reached.map(({ place, code: each }) => `${'host' in place ? place.host : ''}: ${each}`).join(', ')
  if (reached.every((each) => each.code === NO_TIME))
    return failed(
      ABOUT,
      `${text} does not answer (${tried})`,
      'a firewall or a wrong address swallows connections like this',
      HIDDEN,
    )
  const isLoopback = target.host === '127.0.0.1' || target.host === '::1'
  const advice = isLoopback ? [`--target ${target.port} tries both 127.0.0.1 and ::1`] : [HIDDEN]
  return failed(
    ABOUT,
    `nobody listens on ${text} (${tried})`,
    'start the app, or name the port that it listens on',
    ...advice,
  )
}

const PATH_CODES: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['is not there', 'start the app, or mount the folder of its socket into both containers'],
  ECONNREFUSED: [
    'is there, and nobody listens on it',
    'start the app; a socket file stays behind when an app has crashed',
  ],
  EACCES: [
    'may not be opened by this user',
    'give both containers the same runAsUser or a group, and the socket its rights',
  ],
  ENOTSOCK: ['is a file and no socket', 'name the socket that the app listens on'],
}

function notReachedByPath(text: string, code: string): Finding {
  const [what, advice] = PATH_CODES[code] ?? [`cannot be reached (${code})`, 'name the socket that the app listens on']
  return failed(ABOUT, `${text} ${what}`, advice)
}

function whereText(target: Dialled, reached: readonly Reached[]): string {
  const there = reached.filter(({ code }) => code === undefined).map(({ place }) => addressOf(place))
  if (target.kind === 'unix' || target.host === there[0]) return targetText(target)
  const gone = reached.filter(({ code }) => code !== undefined).map(({ place }) => addressOf(place))
  const without = gone.length === 0 ? '' : `, not on ${gone.join(', ')}`
  return `${targetText(target)} (on ${there.join(' and ')}${without})`
}

function addressOf(place: Place): string {
  return 'host' in place ? place.host : place.path
}

function authorityOf(target: Dialled): string {
  if (target.kind === 'unix') return 'localhost'
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
}
