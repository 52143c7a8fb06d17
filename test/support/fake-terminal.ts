/** A terminal that keeps what it was shown. */
import type { Terminal } from '../../src/terminal/terminal.ts'

export interface FakeTerminal extends Terminal {
  readonly written: () => string
  readonly said: () => string
  /** Ctrl-C. */
  readonly stop: () => void
  /** Resolves as soon as it holds, which is looked at on every write. */
  readonly until: (holds: () => boolean) => Promise<void>
}

export function fakeTerminal(changes: Partial<Terminal> = {}): FakeTerminal {
  const stop = new AbortController()
  const text = { written: '', said: '' }
  let waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = []
  const look = (): void => {
    const done = waiting.filter(({ holds }) => holds())
    waiting = waiting.filter((each) => !done.includes(each))
    for (const { resolve } of done) resolve()
  }
  return {
    write(more) {
      text.written += more
      look()
    },
    say(more) {
      text.said += `${more}\n`
      look()
    },
    isTty: false,
    colour: false,
    size: () => ({ columns: 100, rows: 20 }),
    stopped: stop.signal,
    written: () => text.written,
    said: () => text.said,
    stop: () => stop.abort(),
    until: (holds) =>
      new Promise((resolve) => {
        waiting.push({ holds, resolve })
        look()
      }),
    ...changes,
  }
}
