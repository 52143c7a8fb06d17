/** The demo's traffic: customers who come and go, a rush now and then, and a few who stay. It knows only a URL. */
import type { Clock } from '../clock.ts'
import { http } from '../node-http.ts'
import { type Walk, walk } from './customer.ts'
import { Errands } from './errands.ts'
import { JOURNEYS, type Journey, RUSH } from './journeys.ts'
import { readFeed, talk } from './visitors.ts'

export interface TrafficOptions {
  readonly clock: Clock
  readonly url: string
  /** From 0 to 1, as Math.random gives it. */
  readonly random: () => number
}

/** So many customers at the same time at most: a shop that hangs has no longer queue. */
const CUSTOMERS_MAX = 12
const RUSH_CUSTOMERS = 15

/** From, to, in ms. */
const ARRIVAL_MS = [600, 1_800] as const
const THINK_MS = [150, 900] as const
const RUSH_MS = [15_000, 30_000] as const
const FEED_MS = [4_000, 9_000] as const
const TALK_MS = [3_000, 8_000] as const
const STAY_MS = [2_000, 8_000] as const

/** Sends a few requests per second to `url` until the returned function is called. */
export function startTraffic({ clock, url, random }: TrafficOptions): () => void {
  const errands = new Errands(clock)
  const agent = new http.Agent({ keepAlive: true })
  const between = ([from, to]: readonly [number, number]): number => from + random() * (to - from)
  const customer: Walk = { url, agent, errands, thinkMs: () => between(THINK_MS) }
  let inside = 0
  const enter = (journey: Journey): void => {
    inside++
    walk(customer, journey, () => inside--)
  }
  /** Again and again, with the number of the turn. */
  const often = (pauseMs: readonly [number, number], work: (turn: number) => void, turn = 0): void => {
    errands.after(between(pauseMs), () => {
      work(turn)
      often(pauseMs, work, turn + 1)
    })
  }
  often(ARRIVAL_MS, (turn) => {
    const journey = JOURNEYS[turn % JOURNEYS.length]
    if (journey !== undefined && inside < CUSTOMERS_MAX) enter(journey)
  })
  often(RUSH_MS, () => {
    for (let count = 0; count < RUSH_CUSTOMERS; count++) walk(customer, RUSH, () => {})
  })
  often(FEED_MS, () => readFeed({ url, errands, stayMs: between(STAY_MS) }))
  often(TALK_MS, (turn) => talk({ url, errands, stayMs: between(STAY_MS) }, turn % 3 !== 2))
  return () => {
    errands.end()
    agent.destroy()
  }
}
