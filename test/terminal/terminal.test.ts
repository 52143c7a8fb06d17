import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { createTerminal } from '../../src/terminal/terminal.ts'

class FakeStream extends EventEmitter {
  text = ''
  isTTY: boolean | undefined
  columns: number | undefined
  rows: number | undefined

  write(text: string): boolean {
    this.text += text
    return true
  }
}

function start(isTTY?: boolean) {
  const own = Object.assign(new EventEmitter(), { stdout: new FakeStream(), stderr: new FakeStream() })
  own.stdout.isTTY = isTTY
  const terminal = createTerminal(own as unknown as Parameters<typeof createTerminal>[0], true)
  return { own, terminal }
}

it('writes to stdout as it is, and says lines on stderr in the name of podspan', () => {
  const { own, terminal } = start()
  terminal.write('a')
  terminal.write('b\n')
  terminal.say('c')
  expect([own.stdout.text, own.stderr.text]).toEqual(['ab\n', 'podspan: c\n'])
})

it('is as large as it is now, and as most are where that is not known', () => {
  const { own, terminal } = start(true)
  expect(terminal.size()).toEqual({ columns: 80, rows: 24 })
  Object.assign(own.stdout, { columns: 132, rows: 50 })
  expect(terminal.size()).toEqual({ columns: 132, rows: 50 })
})

it.each([
  [true, true],
  [false, false],
  [undefined, false],
])('somebody looks: %s', (isTTY, expected) => {
  expect(start(isTTY).terminal.isTty).toBe(expected)
})

it.each(['SIGINT', 'SIGTERM'])('%s stops it, and a second one is not caught', (signal) => {
  const { own, terminal } = start()
  expect(terminal.stopped.aborted).toBe(false)
  own.emit(signal)
  expect(terminal.stopped.aborted).toBe(true)
  expect(own.listenerCount(signal)).toBe(0)
})

it('is stopped when nobody reads stdout any more; what happens to stderr is nobody\u2019s business', () => {
  const { own, terminal } = start()
  own.stderr.emit('error', new Error('EPIPE'))
  expect(terminal.stopped.aborted).toBe(false)
  own.stdout.emit('error', new Error('EPIPE'))
  own.stdout.emit('error', new Error('EPIPE'))
  expect(terminal.stopped.aborted).toBe(true)
})
