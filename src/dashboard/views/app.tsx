/** The page: what is where, and what is open. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Place } from '../place.ts'
import { type Minutes, rangeUntil } from '../range.ts'
import { besides } from '../rows.ts'
import type { State } from '../state.ts'
import { ContainerCard } from './container-card.tsx'
import { Details } from './details.tsx'
import { Foot } from './foot.tsx'
import { InflightCard } from './inflight-card.tsx'
import { useOpenRow } from './open-row.tsx'
import { RequestList } from './request-list.tsx'
import { RoutesCard } from './routes-card.tsx'
import { TelemetryCard } from './telemetry-card.tsx'
import { useTheme } from './theme.tsx'
import { Top, VerdictStrip } from './top.tsx'
import { LatencyCard, RequestsCard } from './traffic-cards.tsx'

export interface AppProps {
  readonly state: State
  readonly place: Place
  readonly onPlace: (place: Place) => void
}

export function App({ state, place, onPlace }: AppProps): JSX.Element {
  const [theme, toggleTheme] = useTheme()
  const [minutes, setMinutes] = useState<Minutes>('5')
  const { open, forgotten, show, close } = useOpenRow(state, place, onPlace)
  const range = rangeUntil(state.traffic.at(-1)?.atMs ?? 0, minutes, state.traffic[0]?.atMs ?? 0)
  const filter = (where: string): void => onPlace({ ...place, where })
  const common = { range, theme }
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the requests
      </button>
      <Top state={state} minutes={minutes} onMinutes={setMinutes} theme={theme} toggleTheme={toggleTheme} />
      <main>
        <Lead state={state} forgotten={forgotten} />
        <div class="charts">
          <RequestsCard traffic={state.traffic} {...common} />
          <LatencyCard traffic={state.traffic} {...common} />
        </div>
        <RequestList
          rows={state.rows}
          missed={state.missed}
          openKey={open?.key}
          onOpen={show}
          where={place.where}
          onFilter={filter}
        />
        <div class="rail">
          <ContainerCard resources={state.resources} app={state.tick?.app} {...common} />
          <RoutesCard routes={state.tick?.routes ?? []} onFilter={filter} />
          <InflightCard inflight={state.tick?.inflight} />
          <TelemetryCard tick={state.tick} />
        </div>
        {open === undefined ? null : (
          <Details
            row={open}
            isHere={open.boot === state.about?.startedAtMs}
            newer={besides(state.rows, open.key, -1)}
            older={besides(state.rows, open.key, 1)}
            onOpen={show}
            onClose={close}
          />
        )}
      </main>
      <Foot about={state.about} />
    </>
  )
}

interface LeadProps {
  readonly state: State
  /** The id that an address named and nobody knows. */
  readonly forgotten: number | undefined
}

function Lead({ state, forgotten }: LeadProps): JSX.Element {
  return (
    <div class="lead">
      <VerdictStrip state={state} />
      {forgotten === undefined ? null : (
        <p class="notice" role="status">
          Request {forgotten} is not remembered any more.
        </p>
      )}
    </div>
  )
}

/** No link: the fragment of the address says what is shown. */
function skip(): void {
  document.querySelector<HTMLElement>('.requests input')?.focus()
}
