/** Stays attached to a sidecar that comes and goes: what was lost is tried again until the person has had enough. */
import { type Clock, holdProcess } from '../clock.ts'
import { type Ended, EXIT_UNAVAILABLE } from './admin-client.ts'
import { RETRY_MS } from './bounds.ts'

export interface Attachment {
  /** Attaches once, tells when that stands, and resolves when it is over. */
  readonly attach: (opened: () => void) => Promise<Ended>
  readonly clock: Clock
  readonly stopped: AbortSignal
  /** It went, and is tried again. */
  readonly lost: (text: string) => void
  readonly back: () => void
  /** Why there is no more to see. */
  readonly failed: (text: string) => void
}

/** Answers the exit code. Who was not there at first is not waited for: the address may be wrong. */
export async function stayAttached({ attach, clock, stopped, lost, back, failed }: Attachment): Promise<number> {
  // While nothing is connected, no timer of a Clock keeps the process alive.
  const release = holdProcess()
  const state = { wasOpen: false, isLost: false }
  try {
    for (;;) {
      const ended = await attach(() => {
        if (state.isLost) back()
        state.wasOpen = true
        state.isLost = false
      })
      if (ended.kind === 'stopped') return 0
      if (ended.kind === 'refused' || !state.wasOpen) {
        failed(ended.text)
        return ended.kind === 'refused' ? ended.exitCode : EXIT_UNAVAILABLE
      }
      if (!state.isLost) lost(ended.text)
      state.isLost = true
      if (await pause(clock, stopped)) return 0
    }
  } finally {
    release()
  }
}

/** Answers whether the person had enough meanwhile. */
function pause(clock: Clock, stopped: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (stopped.aborted) return resolve(true)
    const leave = (): void => {
      cancel()
      resolve(true)
    }
    const cancel = clock.after(RETRY_MS, () => {
      stopped.removeEventListener('abort', leave)
      resolve(false)
    })
    stopped.addEventListener('abort', leave, { once: true })
  })
}
