/**
 * The list of requests, newest on top. It stands still while somebody points at it, has the focus in it or has scrolled down,
 * so that nobody has to hit a row that moves; what came meanwhile is counted above it.
 */
import type { HTMLAttributes, JSX, TargetedKeyboardEvent } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { count, counted } from '../format.ts'
import { newerThan, type Row } from '../rows.ts'
import { FilterBox, type FilterProps } from './filter-box.tsx'
import { PauseIcon, PlayIcon } from './icons.tsx'
import { Card, Empty } from './parts.tsx'
import { RequestRow } from './request-row.tsx'

export interface RequestListProps extends FilterProps {
  readonly rows: readonly Row[]
  readonly missed: number
  readonly openKey: string | undefined
  readonly onOpen: (row: Row) => void
}

export function RequestList({ rows, missed, openKey, onOpen, where, onFilter }: RequestListProps): JSX.Element {
  const [isPaused, setPaused] = useState(false)
  const hold = useHold(rows, isPaused, where)
  const resume = (): void => {
    setPaused(false)
    hold.release()
  }
  const state = isPaused ? 'Paused' : hold.isHeld ? 'Holding still' : 'Newest on top'
  const lost = missed === 0 ? '' : ` · ${count(missed)} not shown, they came too fast`
  return (
    <Card
      title="Requests"
      class="requests"
      aside={
        <div class="list-state">
          <span class="beside">{state + lost}</span>
          <button type="button" class="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
            {isPaused ? <PlayIcon /> : <PauseIcon />}
            {isPaused ? 'Resume' : 'Pause'}
          </button>
        </div>
      }
    >
      <FilterBox where={where} onFilter={onFilter} />
      <div class="list-frame" {...hold.listeners}>
        <ListHead />
        {hold.newer === 0 ? null : (
          <button type="button" class="newer" onClick={resume}>
            {counted(hold.newer, 'newer request')}
          </button>
        )}
        {hold.shown.length === 0 ? (
          <NoRows where={where} />
        ) : (
          <Rows rows={hold.shown} openKey={openKey} onOpen={onOpen} onScroll={hold.onScroll} scroller={hold.scroller} />
        )}
      </div>
    </Card>
  )
}

/** For the eyes: each row says by itself what it is. */
function ListHead(): JSX.Element {
  return (
    <p class="row list-head" aria-hidden="true">
      <span class="time">Time</span>
      <span class="method">Method</span>
      <span class="path">Path</span>
      <span class="status">Status</span>
      <span class="took">Took</span>
      <span class="bar-cell">Where the time went</span>
    </p>
  )
}

function NoRows({ where }: { readonly where: string }): JSX.Element {
  if (where !== '')
    return <Empty>Nothing that was remembered matches this filter. What matches from now on will appear here.</Empty>
  return <Empty>No request yet. The first one that passes will appear here.</Empty>
}

interface RowsProps {
  readonly rows: readonly Row[]
  readonly openKey: string | undefined
  readonly onOpen: (row: Row) => void
  readonly onScroll: () => void
  readonly scroller: { current: HTMLOListElement | null }
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -10,
  PageDown: 10,
  Home: -1_000,
  End: 1_000,
}

/** One stop of the Tab key; the arrows go on from there. */
function Rows({ rows, openKey, onOpen, onScroll, scroller }: RowsProps): JSX.Element {
  const [currentKey, setCurrentKey] = useState<string | undefined>(undefined)
  const known = rows.some(({ key }) => key === currentKey)
  const stopKey = known ? currentKey : rows[0]?.key
  const move = (event: TargetedKeyboardEvent<HTMLOListElement>): void => {
    const step = STEPS[event.key]
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const links = [...event.currentTarget.querySelectorAll('a')]
    const at = links.indexOf(document.activeElement as HTMLAnchorElement)
    links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus()
  }
  return (
    <ol class="rows" ref={scroller} onScroll={onScroll} onKeyDown={move} aria-label="Requests, newest first">
      {rows.map((row) => (
        <RequestRow
          key={row.key}
          row={row}
          isOpen={row.key === openKey}
          isStop={row.key === stopKey}
          onOpen={onOpen}
          onFocus={setCurrentKey}
        />
      ))}
    </ol>
  )
}

interface Hold {
  readonly shown: readonly Row[]
  readonly newer: number
  readonly isHeld: boolean
  readonly release: () => void
  readonly onScroll: () => void
  readonly scroller: { current: HTMLOListElement | null }
  readonly listeners: HTMLAttributes<HTMLDivElement>
}

function useHold(rows: readonly Row[], isPaused: boolean, where: string): Hold {
  const [isPointed, setPointed] = useState(false)
  const [isFocused, setFocused] = useState(false)
  const [isScrolled, setScrolled] = useState(false)
  const scroller = useRef<HTMLOListElement>(null)
  const held = useRef<{ readonly rows: readonly Row[]; readonly where: string } | undefined>(undefined)
  const isHeld = (isPaused || isPointed || isFocused || isScrolled) && rows.length > 0
  if (!isHeld) held.current = undefined
  // Another filter is another list, which nobody has seen yet.
  else if (held.current === undefined || held.current.where !== where || held.current.rows.length === 0)
    held.current = { rows, where }
  const shown = held.current?.rows ?? rows
  return {
    shown,
    newer: isHeld ? newerThan(rows, shown[0]) : 0,
    isHeld,
    release() {
      scroller.current?.scrollTo({ top: 0 })
      setScrolled(false)
      held.current = { rows, where }
    },
    onScroll: () => setScrolled((scroller.current?.scrollTop ?? 0) > 4),
    scroller,
    listeners: {
      // A finger points only while it touches.
      onPointerEnter: (event) => setPointed(event.pointerType === 'mouse'),
      onPointerLeave: () => setPointed(false),
      onFocusIn: () => setFocused(true),
      onFocusOut: (event) => setFocused(event.currentTarget.contains(event.relatedTarget as Node | null)),
    },
  }
}
