/** One customer of the demo: walks through a journey, thinks between two steps, and leaves. What fails is not said: the spans tell. */
import type { Agent, ClientRequest } from 'node:http'
import { http } from '../node-http.ts'
import type { Errands } from './errands.ts'
import type { Journey, Step } from './journeys.ts'

export interface Walk {
  readonly url: string
  readonly agent: Agent
  readonly errands: Errands
  /** The next pause between two steps. */
  readonly thinkMs: () => number
}

const PIECES = 6
const PIECE_MS = 50

/** `left` is called once, when the journey is over. */
export function walk(walk: Walk, { userAgent, steps }: Journey, left: () => void): void {
  const next = (at: number): void => {
    const step = steps[at]
    if (step === undefined) return left()
    send(walk, step, userAgent, () => walk.errands.after(walk.thinkMs(), () => next(at + 1)))
  }
  next(0)
}

function send({ url, agent, errands }: Walk, step: Step, userAgent: string, done: () => void): void {
  const method = step.method ?? (step.body === undefined ? 'GET' : 'POST')
  const headers = { 'user-agent': userAgent, accept: '*/*', ...step.headers }
  const sent = http.request(new URL(step.path, url), { agent, method, headers }, (response) => {
    response.on('error', () => {})
    response.resume()
  })
  sent.on('error', () => {})
  sent.on('close', done)
  if (step.patienceMs !== undefined) errands.after(step.patienceMs, () => sent.destroy())
  if (step.isSlow === undefined || step.body === undefined) sent.end(step.body)
  else sendSlowly(sent, step.body, errands)
}

function sendSlowly(sent: ClientRequest, body: string | Buffer, errands: Errands): void {
  const bytes = Buffer.from(body)
  const size = Math.ceil(bytes.length / PIECES)
  const piece = (at: number): void => {
    if (at >= bytes.length) return void sent.end()
    sent.write(bytes.subarray(at, at + size))
    errands.after(PIECE_MS, () => piece(at + size))
  }
  piece(0)
}
