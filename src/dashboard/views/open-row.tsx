/** Which request is open: by a click, or by an address that was sent. It stays open when it leaves the list. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ExchangeAnswer } from '../../admin/shapes.ts'
import type { Place } from '../place.ts'
import { type Row, rowOf } from '../rows.ts'
import type { State } from '../state.ts'

export interface OpenRow {
  readonly open: Row | undefined
  /** The id that an address named and the sidecar does not know. */
  readonly forgotten: number | undefined
  readonly show: (row: Row) => void
  readonly close: () => void
}

export function useOpenRow(state: State, place: Place, onPlace: (place: Place) => void): OpenRow {
  const [open, setOpen] = useState<Row | undefined>(undefined)
  const [forgotten, setForgotten] = useState<number | undefined>(undefined)
  const { exchange: id } = place
  const boot = state.about?.startedAtMs
  const shown = useRef<number | undefined>(undefined)
  useLayoutEffect(() => {
    if (id === shown.current || boot === undefined) return
    shown.current = id
    if (id === undefined) setOpen(undefined)
    else
      asked(id, boot).then((row) => {
        setOpen(row)
        setForgotten(row === undefined ? id : undefined)
      })
  }, [id, boot])
  const show = (row: Row): void => {
    shown.current = row.exchange.id
    setOpen(row)
    setForgotten(undefined)
    onPlace({ ...place, exchange: row.exchange.id })
  }
  const close = (): void => {
    const key = open?.key
    shown.current = undefined
    setOpen(undefined)
    onPlace({ where: place.where })
    // Back to where it was opened, as long as that is in the list.
    if (key !== undefined) document.querySelector<HTMLElement>(`a[data-key="${key}"]`)?.focus()
  }
  useEscape(open === undefined ? undefined : close)
  return { open, forgotten, show, close }
}

/** With what is on the page, and not after it was painted: a key may be pressed before. */
function useEscape(leave: (() => void) | undefined): void {
  useLayoutEffect(() => {
    if (leave === undefined) return undefined
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) leave()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}

async function asked(id: number, boot: number): Promise<Row | undefined> {
  const answer = await fetch(`exchanges/${id}`).catch(() => undefined)
  if (answer === undefined || !answer.ok) return undefined
  const { exchange }: ExchangeAnswer = await answer.json()
  return rowOf(exchange, boot)
}
