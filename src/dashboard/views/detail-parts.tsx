/** What the details of a request are made of, below its waterfall. */
import type { ComponentChildren, JSX } from 'preact'
import type { CapturedHeaders, DecoratorNote, Exchange, ResourceWindow } from '../../exchange.ts'
import { scopeWords, windowFacts, windowVerdict } from '../container.ts'
import { factsOf } from '../facts.ts'
import { duration } from '../format.ts'
import { deedOf } from '../outcome.ts'
import { CopyButton } from './parts.tsx'

export interface ResourceWindowProps {
  readonly window: ResourceWindow
  readonly durationMs: number
}

export function ResourceWindowView({ window, durationMs }: ResourceWindowProps): JSX.Element {
  const verdict = windowVerdict(window, durationMs)
  return (
    <Part title="The container meanwhile">
      {verdict === undefined ? null : <p class="verdict-line">{verdict}</p>}
      <ul class="window">
        {windowFacts(window).map(({ name, value, ratio }) => (
          <li key={name}>
            <span>{name}</span>
            <b>{value}</b>
            {ratio === undefined ? null : <i class="meter" style={{ '--share': String(Math.min(1, ratio)) }} />}
          </li>
        ))}
      </ul>
      <p class="beside">
        Of {scopeWords(window.scope)}, between two looks that are {duration(window.windowMs)} apart.
      </p>
    </Part>
  )
}

export function TraceView({ exchange: { trace } }: { readonly exchange: Exchange }): JSX.Element {
  return (
    <Part title="Trace">
      <dl class="facts">
        <dt>Trace id</dt>
        <dd>
          <code>{trace.traceId}</code> <CopyButton label="Copy trace id" text={() => trace.traceId} />
        </dd>
        <dt>Span id</dt>
        <dd>
          <code>{trace.spanId}</code>
          {trace.parentSpanId === undefined ? (
            ', the first of its trace'
          ) : (
            <>
              , below <code>{trace.parentSpanId}</code>
            </>
          )}
        </dd>
        <dt>Sampled</dt>
        <dd>{trace.sampled ? 'yes' : 'no: it is only counted in metrics'}</dd>
        {trace.link === undefined ? null : <dt>Linked to</dt>}
        {trace.link === undefined ? null : (
          <dd>
            <code>{trace.link.traceId}</code>
          </dd>
        )}
      </dl>
    </Part>
  )
}

export function DecoratorList({ notes }: { readonly notes: readonly DecoratorNote[] }): JSX.Element {
  return (
    <Part title="Decorators">
      <ul class="decorators">
        {notes.map((note, index) => (
          <li key={index}>
            <b>{note.name}</b> {deedOf(note)}
            {note.message === undefined ? '.' : `: ${note.message}`}
          </li>
        ))}
      </ul>
    </Part>
  )
}

export function Facts({ exchange }: { readonly exchange: Exchange }): JSX.Element {
  return (
    <Part title="Request and answer">
      <dl class="facts">
        {factsOf(exchange).map(({ name, value }) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </dl>
    </Part>
  )
}

export function Headers({
  title,
  headers,
}: {
  readonly title: string
  readonly headers: CapturedHeaders | undefined
}): JSX.Element | null {
  if (headers === undefined) return null
  const pairs = Object.entries(headers).flatMap(([name, values]) => values.map((value) => [name, value] as const))
  return (
    <Part title={title}>
      <dl class="facts">
        {pairs.map(([name, value], index) => (
          <Pair key={`${name} ${index}`} name={name} value={value} />
        ))}
      </dl>
    </Part>
  )
}

function Pair({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  )
}
