/** The head of the page: what stands here, whether it is heard, and what happened just now. */
import type { JSX } from 'preact'
import { spanWords } from '../format.ts'
import { type Minutes, RANGES } from '../range.ts'
import type { State } from '../state.ts'
import { timesIn } from '../times.ts'
import { verdictOf } from '../verdict.ts'
import { Logo } from './icons.tsx'
import { Choice } from './parts.tsx'
import { type Theme, ThemeButton } from './theme.tsx'

export interface TopProps {
  readonly state: State
  readonly minutes: Minutes
  readonly onMinutes: (minutes: Minutes) => void
  readonly theme: Theme
  readonly toggleTheme: () => void
}

const times = timesIn()

export function Top({ state, minutes, onMinutes, theme, toggleTheme }: TopProps): JSX.Element {
  const { about } = state
  const where =
    about === undefined
      ? []
      : [about.namespace, about.pod].filter((part) => part !== undefined && part !== about.service)
  return (
    <header class="top">
      <Logo />
      <h1>
        {about?.service ?? 'podspan'}
        {where.length === 0 ? null : <span class="beside">{where.join(' / ')}</span>}
      </h1>
      <ConnectionState state={state} />
      <Choice label="Time that the charts show" options={RANGES} value={minutes} onChange={onMinutes} />
      <ThemeButton theme={theme} toggle={toggleTheme} />
    </header>
  )
}

function ConnectionState({ state }: { readonly state: State }): JSX.Element {
  const { connection } = state
  const words = {
    connecting: 'Connecting…',
    live: 'Live',
    lost: 'Connection lost, trying again',
  }[connection.is]
  return (
    <p class={`connection ${connection.is}`} role="status">
      <span class="dot" aria-hidden="true" />
      {words}
    </p>
  )
}

export function VerdictStrip({ state }: { readonly state: State }): JSX.Element {
  const { connection } = state
  if (connection.is === 'lost') {
    return (
      <section class="verdict bad" aria-label="What happened just now">
        <h2>Connection lost.</h2>
        <p>
          The sidecar is not heard since {times.second(connection.atMs)}; what is below is from before. Trying again.
        </p>
      </section>
    )
  }
  const { tone, headline, facts } = verdictOf(state)
  const { about, tick } = state
  const up =
    about === undefined || tick === undefined ? [] : [`podspan up ${spanWords(tick.traffic.atMs - about.startedAtMs)}`]
  return (
    <section class={`verdict ${tone}`} aria-label="What happened just now">
      <h2>{headline}</h2>
      <ul>
        {[...facts, ...up].map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </section>
  )
}
