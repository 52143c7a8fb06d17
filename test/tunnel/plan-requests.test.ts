/** Every request of the plan through a whole connection: what the client is told, what the app sees, and the one record. */
import { describe, expect, test } from 'vitest'
import { everyCut } from '../support/http1.ts'
import { PASSED_REQUESTS, REFUSED_REQUESTS } from '../support/plan-requests.ts'
import { LATER, type Play, type PlayOptions, play } from '../support/play.ts'

/** Every row also walks the path on which decorators decide. */
const GENERAL: PlayOptions = { decorators: [LATER], isBusy: true }

/** Long texts are cut in a few places only: what is long in them is all alike. */
function cutsOf(text: string): Iterable<readonly string[]> {
  return text.length > 600 ? [[text], text.match(/[\s\S]{1,997}/g) ?? []] : everyCut(text)
}

async function refused(
  text: string,
  pieces: readonly string[],
  status: number,
  options: PlayOptions = {},
): Promise<void> {
  const scene: Play = play(options)
  const { client, exchanges, dials } = scene
  for (const piece of pieces) client.sends(piece)
  const head = await client.receivesUpTo('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(head).toContain('\r\nConnection: close\r\n')
  expect(await client.receivesUpTo('\n')).toMatch(/^podspan: \S/)
  await client.seesEnd()
  const [record] = exchanges
  expect(exchanges).toHaveLength(1)
  expect(record).toMatchObject({ outcome: 'refused-request', error: { at: 'client' }, response: { status } })
  expect(record?.error?.message).not.toBe('')
  // What was understood before it turned bad may have gone to the app: then the app sees it break, and never a clean end.
  if (record?.request === undefined) expect(dials(), text).toBe(0)
  else if (dials() > 0) await brokenOff(scene)
}

/** An app that was dialled in vain has nothing to see; one that got the head sees a break. */
async function brokenOff({ reached }: Play): Promise<void> {
  const app = reached()
  if (app === undefined) return
  await app.seesBreak()
}

describe('refused: the status, a close, nothing forwarded, one record', () => {
  test.each(REFUSED_REQUESTS)('%s', { timeout: 60_000 }, async (_name, text, status) => {
    for (const pieces of cutsOf(text)) await refused(text, pieces, status)
    await refused(text, [text], status, GENERAL)
  })
})

describe('passed: byte for byte, in the one form of framing', () => {
  test.each(PASSED_REQUESTS)('$name', { timeout: 60_000 }, async ({ sent, forwarded }) => {
    const walks = [...cutsOf(sent)].map((pieces) => ({ pieces, options: {} }))
    for (const { pieces, options } of [...walks, { pieces: [sent], options: GENERAL }]) {
      const { client, origin, exchanges } = play(options)
      for (const piece of pieces) client.sends(piece)
      const app = await origin()
      await app.receives(forwarded)
      await app.seesNothing()
      app.sends('HTTP/1.1 204 No Content\r\n\r\n')
      await client.receivesUpTo('\r\n\r\n')
      expect(exchanges).toMatchObject([{ outcome: 'complete', response: { status: 204 } }])
    }
  })
})
