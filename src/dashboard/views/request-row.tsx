/** One request of the list. What came from traffic is text and nothing else. */
import { Component, type JSX } from 'preact'
import { duration } from '../format.ts'
import { noteOf, targetOf, toneOf } from '../outcome.ts'
import { fragmentOf } from '../place.ts'
import type { Row } from '../rows.ts'
import { timesIn } from '../times.ts'
import { extentOf, waterfallOf } from '../waterfall.ts'

export interface RequestRowProps {
  readonly row: Row
  readonly isOpen: boolean
  readonly isStop: boolean
  readonly onOpen: (row: Row) => void
  readonly onFocus: (key: string) => void
}

const times = timesIn()

/** A class, to be drawn again only when something of it has changed: there are hundreds, and most never change. */
export class RequestRow extends Component<RequestRowProps> {
  override shouldComponentUpdate(next: RequestRowProps): boolean {
    const { row, isOpen, isStop } = this.props
    return next.row.exchange !== row.exchange || next.isOpen !== isOpen || next.isStop !== isStop
  }

  override render({ row, isOpen, isStop, onOpen, onFocus }: RequestRowProps): JSX.Element {
    const { exchange } = row
    const { method, path } = targetOf(exchange)
    const note = noteOf(exchange)
    const open = (event: MouseEvent): void => {
      // With a modifier it is a link like any other: a tab of its own.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      onOpen(row)
    }
    return (
      <li>
        <a
          class={`row ${toneOf(exchange)}`}
          href={fragmentOf({ where: '', exchange: exchange.id })}
          tabIndex={isStop ? 0 : -1}
          aria-current={isOpen ? 'true' : undefined}
          data-key={row.key}
          onClick={open}
          onFocus={() => onFocus(row.key)}
        >
          <span class="time">{times.exact(exchange.startedAtMs)}</span>
          <span class="method">{method}</span>
          <span class="path">
            {path}
            {exchange.request?.query === undefined ? null : <span class="query">?{exchange.request.query}</span>}
            {note === undefined ? null : <span class="note">{note}</span>}
          </span>
          <span class="status">{exchange.response?.status ?? '–'}</span>
          <span class="took">{duration(exchange.durationMs)}</span>
          <PhaseBar row={row} />
        </a>
      </li>
    )
  }
}

function PhaseBar({ row }: { readonly row: Row }): JSX.Element {
  const { bars } = waterfallOf(row.exchange)
  const words = bars.map(({ name, durationMs }) => `${name} ${duration(durationMs)}`).join(' · ')
  return (
    <span class="bar-cell" title={words}>
      <span class="phase-bar" style={{ width: `${extentOf(row.exchange.durationMs) * 100}%` }}>
        {bars.map(({ name, length }) => (
          <i key={name} class={`phase ${name}`} style={{ width: `${length * 100}%` }} />
        ))}
      </span>
    </span>
  )
}
