/**
 * The browser's time: the only file of the page that reads it or sets a timer. It knows nothing of the page.
 */
export interface BrowserClock {
  wallMs(): number
  /** Calls `work` once, later, unless the returned function is called before. */
  after(ms: number, work: () => void): () => void
}

export const browserClock: BrowserClock = {
  wallMs: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
