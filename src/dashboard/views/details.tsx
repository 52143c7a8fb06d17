/** One request, whole: beside the list where there is room for both, over it where there is not. */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Exchange } from '../../exchange.ts'
import { duration } from '../format.ts'
import { endingOf, sideOf, type Tone, targetOf, toneOf } from '../outcome.ts'
import type { Row } from '../rows.ts'
import { timesIn } from '../times.ts'
import { DecoratorList, Facts, Headers, ResourceWindowView, TraceView } from './detail-parts.tsx'
import { CloseIcon, DownIcon, UpIcon } from './icons.tsx'
import { CopyButton } from './parts.tsx'
import { WaterfallView } from './waterfall-view.tsx'

export interface DetailsProps {
  readonly row: Row
  /** It was recorded by the sidecar that now answers, so there is more to ask it. */
  readonly isHere: boolean
  readonly newer: Row | undefined
  readonly older: Row | undefined
  readonly onOpen: (row: Row) => void
  readonly onClose: () => void
}

const times = timesIn()
const BESIDE = '(min-width: 68rem)'

export function Details(props: DetailsProps): JSX.Element {
  const { row, isHere, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (matchMedia(BESIDE).matches) dialog.current?.show()
    else dialog.current?.showModal()
  }, [])
  const cancel = (event: Event): void => {
    event.preventDefault()
    onClose()
  }
  const { exchange } = row
  const { resources, decorators, request, response } = exchange
  return (
    <dialog class="details" ref={dialog} aria-labelledby="details-title" onCancel={cancel}>
      <DetailsHead {...props} />
      <div class="details-body">
        <Summary exchange={exchange} />
        <WaterfallView exchange={exchange} />
        {resources === undefined ? null : <ResourceWindowView window={resources} durationMs={exchange.durationMs} />}
        <TraceView exchange={exchange} />
        {decorators === undefined ? null : <DecoratorList notes={decorators} />}
        <Facts exchange={exchange} />
        <Headers title="Request headers" headers={request?.headers} />
        <Headers title="Response headers" headers={response?.headers} />
        {isHere ? (
          <Elsewhere id={exchange.id} />
        ) : (
          <p class="part beside">It was recorded by a sidecar that is gone, which has no more to tell.</p>
        )}
      </div>
    </dialog>
  )
}

function DetailsHead({ row, isHere, newer, older, onOpen, onClose }: DetailsProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const { method, path } = targetOf(row.exchange)
  const query = row.exchange.request?.query
  return (
    <header>
      <h2 id="details-title" tabIndex={-1} ref={heading}>
        <span class="method">{method}</span> <span class="path">{path}</span>
        {query === undefined ? null : <span class="query">?{query}</span>}
      </h2>
      {/* Of a sidecar that is gone it would be the number of another request. */}
      {isHere ? <span class="number beside">#{row.exchange.id}</span> : null}
      <div class="buttons">
        <Step label="Newer request" row={newer} onOpen={onOpen} icon={<UpIcon />} />
        <Step label="Older request" row={older} onOpen={onOpen} icon={<DownIcon />} />
        <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
    </header>
  )
}

function Summary({ exchange }: { readonly exchange: Exchange }): JSX.Element {
  const tone = toneOf(exchange)
  return (
    <>
      <p class="figures">
        <b class={`pill ${tone}`}>{statusOf(exchange)}</b>
        <b class="figure">{duration(exchange.durationMs)}</b>
        <span class="beside">{times.full(exchange.startedAtMs)}</span>
      </p>
      <p class={exchange.outcome === 'complete' ? 'ending beside' : `ending ${tone}`}>{endingOf(exchange)}</p>
      <ErrorView exchange={exchange} tone={tone} />
    </>
  )
}

function statusOf({ response }: Exchange): string {
  return response === undefined ? 'no answer' : `${response.status} ${response.reason}`.trim()
}

interface StepProps {
  readonly label: string
  readonly row: Row | undefined
  readonly onOpen: (row: Row) => void
  readonly icon: JSX.Element
}

function Step({ label, row, onOpen, icon }: StepProps): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      disabled={row === undefined}
      onClick={() => row && onOpen(row)}
    >
      {icon}
    </button>
  )
}

interface ErrorProps {
  readonly exchange: Exchange
  readonly tone: Tone
}

function ErrorView({ exchange: { error }, tone }: ErrorProps): JSX.Element | null {
  if (error === undefined) return null
  return (
    <p class={`error ${tone}`}>
      <code>{error.type}</code> on {sideOf(error.at)}
      {error.message === undefined ? '.' : `: ${error.message}`}
    </p>
  )
}

function Elsewhere({ id }: { readonly id: number }): JSX.Element {
  const curl = async (): Promise<string> => (await fetch(`exchanges/${id}?format=curl`)).text()
  return (
    <p class="links">
      <CopyButton label="Copy as curl" text={curl} />
      <CopyButton label="Copy as podspan replay" text={() => `podspan replay ${id} --admin ${location.host}`} />
      <a class="button" href={`exchanges/${id}?format=har`} download={`exchange-${id}.har`}>
        HAR
      </a>
      <a class="button" href={`exchanges/${id}?format=curl`} target="_blank" rel="noreferrer">
        Show as curl
      </a>
      <a class="button" href={`exchanges/${id}`} target="_blank" rel="noreferrer">
        JSON
      </a>
    </p>
  )
}
