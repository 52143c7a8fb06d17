/**
 * `podspan replay ID`: a recorded request once more, and what is different about its answer. It knows the admin API of a sidecar;
 * what may be sent, where to, and what counts as different are decided beside it.
 */
import { hostname, networkInterfaces } from 'node:os'
import type { AboutAnswer, ExchangeAnswer } from '../admin/shapes.ts'
import { type Clock, holdProcess } from '../clock.ts'
import type { Exchange } from '../exchange.ts'
import type { Limits } from '../limits.ts'
import { printable } from '../printable.ts'
import { AdminClient, type Ended, EXIT_UNAVAILABLE } from './admin-client.ts'
import { PROGRESS_MS, REPLAY_MS } from './bounds.ts'
import { hasSameStatus, type Seen } from './replay-differences.ts'
import { type Here, placeOf } from './replay-place.ts'
import { type Kept, planOf, type Refusal } from './replay-plan.ts'
import { recordOf } from './replay-record.ts'
import { type Sent, send, type Unsent } from './replay-send.ts'
import { type Replay, replayJson, replayText } from './replay-text.ts'
import type { Terminal } from './terminal.ts'

export interface ReplayOptions {
  readonly id: string
  /** The origin of the admin port. */
  readonly admin: string
  readonly to: string | undefined
  readonly query: string | undefined
  readonly unsafe: boolean
  readonly json: boolean
}

const EXIT_SAME = 0
const EXIT_DIFFERENT = 1
/** As a shell has it for Ctrl-C: nothing was found out. */
const EXIT_STOPPED = 130

/** Answers the exit code: 0 for the same status, 1 for another one. */
export async function replay(options: ReplayOptions, terminal: Terminal, clock: Clock): Promise<number> {
  const release = holdProcess()
  const result = await replayed(options, terminal, clock).finally(release)
  if ('first' in result) {
    terminal.write(options.json ? replayJson(result) : replayText(result, terminal.colour))
    return hasSameStatus(result.first, result.now) ? EXIT_SAME : EXIT_DIFFERENT
  }
  if (result.kind === 'stopped') return EXIT_STOPPED
  terminal.say(result.text)
  return result.kind === 'lost' ? EXIT_UNAVAILABLE : result.exitCode
}

type Failed = Refusal | Ended

async function replayed(options: ReplayOptions, terminal: Terminal, clock: Clock): Promise<Replay | Failed> {
  const { admin, id, to } = options
  const client = new AdminClient({ admin, terminal, clock })
  const found = await client.json(`/exchanges/${id}`, 'ExchangeAnswer')
  const about = await client.json('/about', 'AboutAnswer')
  const config = await client.json('/config', 'ConfigAnswer')
  if (found.kind !== 'answer') return found
  if (about.kind !== 'answer') return about
  if (config.kind !== 'answer') return config
  if (!has(found.answer, 'exchange') || !has(about.answer, 'listen') || !has(config.answer, 'observation'))
    return stranger(admin)
  const answer = found.answer as ExchangeAnswer
  const first = answer.exchange
  const plan = planOf(answer, options, keptBy(config.answer as ShownConfig))
  if ('kind' in plan) return plan
  const place = placeOf(about.answer as AboutAnswer, first, to, here())
  if ('kind' in place) return place
  const sent = await sendPatiently({ plan, place, first }, terminal, clock)
  if ('code' in sent) return unreachable(place.url, sent.code)
  if (terminal.stopped.aborted) return { kind: 'stopped' }
  const second = place.isSidecar ? await recordOf(sent, first, { client, clock, stopped: terminal.stopped }) : undefined
  return { first, plan, place, second, now: second ?? asFirst(sent, first) }
}

/** What is asked of `/config`. */
interface ShownConfig {
  readonly limits: Pick<Limits, 'capturedTextBytesMax'>
  readonly observation: { readonly capture: { readonly request: readonly string[] } }
}

function keptBy({ limits, observation }: ShownConfig): Kept {
  return { textBytesMax: limits.capturedTextBytesMax, requestFields: observation.capture.request }
}

function here(): Here {
  const addresses = Object.values(networkInterfaces()).flatMap((each = []) => each.map(({ address }) => address))
  return { hostname: hostname(), addresses }
}

/** It may take as long as the first one did, and more. */
async function sendPatiently(
  { plan, place, first }: Pick<Replay, 'plan' | 'place' | 'first'>,
  { isTty, say, stopped }: Terminal,
  clock: Clock,
): Promise<Sent | Unsent> {
  const cancel = clock.after(PROGRESS_MS, () => isTty && say(`waiting for ${place.url.origin} to answer`))
  return send(plan, place.url, { clock, withinMs: REPLAY_MS + first.durationMs, stopped }).finally(cancel)
}

/** Of the fields of its answer those that are known of the first one's. */
function asFirst({ response, ...sent }: Sent, first: Exchange): Seen {
  const names = Object.keys(first.response?.headers ?? {})
  const fields = Object.entries(response?.headers ?? {}).filter(([name]) => names.includes(name))
  return { ...sent, response: response && { ...response, headers: Object.fromEntries(fields) } }
}

function has(answer: unknown, name: string): boolean {
  return Object.hasOwn(answer as object, name)
}

function stranger(admin: string): Refusal {
  const text = `what listens on ${admin} is no admin port of podspan, or one of another version; --admin names another one`
  return { kind: 'refused', text, exitCode: EXIT_UNAVAILABLE }
}

function unreachable({ origin }: URL, code: string): Refusal {
  const text = `${origin} cannot be reached (${printable(code)}): nothing was sent`
  return { kind: 'refused', text, exitCode: EXIT_UNAVAILABLE }
}
