/** Every answer of the plan through a whole connection: what the client gets, what becomes of the app, and the one record. */
import { expect, test } from 'vitest'
import { everyCut } from '../support/http1.ts'
import { type PlannedResponse, RESPONSES } from '../support/plan-responses.ts'
import { LATER, type Play, type PlayOptions, play, settled } from '../support/play.ts'

function cutsOf(text: string): Iterable<readonly string[]> {
  if (text === '') return [[]]
  return text.length > 900 ? [[text], text.match(/[\s\S]{1,997}/g) ?? []] : everyCut(text)
}

async function answered(row: PlannedResponse, pieces: readonly string[], options: PlayOptions): Promise<Play> {
  const scene = play(options)
  scene.client.sends(`${row.method ?? 'GET'} / HTTP/${row.version ?? '1.1'}\r\nHost: h\r\n\r\n`)
  const app = await scene.origin()
  await app.receivesUpTo('\r\n\r\n')
  for (const piece of pieces) app.sends(piece)
  if (row.fin === true) app.finishes()
  return scene
}

async function clientGets({ client }: Play, { gets }: PlannedResponse): Promise<void> {
  if (gets.end === 'break') {
    // The head may have been lost with the rest: a reset takes what was not read yet.
    await client.receivesAnything()
    return client.seesBreak()
  }
  const head = await client.receivesUpTo('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${gets.status} `))
  if (gets.body !== '') await client.receivesUpTo(gets.body)
  if (gets.end === 'closed') {
    await client.receivesAnything()
    await client.seesEnd()
  } else expect(client.ended || client.closed).toBe(false)
}

test.each(RESPONSES)('$name', { timeout: 60_000 }, async (row) => {
  const walks = [...cutsOf(row.answer)].map((pieces) => ({ pieces, options: {} }))
  // Once more on the path on which decorators decide.
  const general = { pieces: row.answer === '' ? [] : [row.answer], options: { decorators: [LATER], isBusy: true } }
  for (const { pieces, options } of [...walks, general]) {
    const scene = await answered(row, pieces, options)
    await clientGets(scene, row)
    await settled()
    expect(scene.exchanges).toHaveLength(1)
    const [record] = scene.exchanges
    if (row.error === undefined) expect(record).toMatchObject({ outcome: 'complete' })
    else expect(record).toMatchObject({ error: { type: row.error, at: 'origin' } })
    if (row.gets.end === 'open') {
      await nextIsServed(scene, row.keepsOrigin === true ? 1 : 2)
      expect(scene.dials(), 'connections to the app').toBe(row.keepsOrigin === true ? 1 : 2)
    }
  }
})

/** Whatever that answer was, the next request gets its own. */
async function nextIsServed({ client, origin }: Play, nth: number): Promise<void> {
  await client.receivesAnything()
  client.sends('GET /next HTTP/1.1\r\nHost: h\r\n\r\n')
  const app = await origin(nth)
  await app.receivesUpTo('\r\n\r\n')
  app.sends('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext')
  expect(await client.receivesUpTo('next')).toBe('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext')
}
