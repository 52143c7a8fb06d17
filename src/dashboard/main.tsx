/**
 * The page's beginning: joins the state, the live stream, the address and the views. What it knows of the browser is here and
 * in the views; the files that end in .ts know none of it.
 */
import { render } from 'preact'
import { browserClock } from './clock.ts'
import { Live } from './live.ts'
import { fragmentOf, placeOf } from './place.ts'
import { type Action, initialState, reduce } from './state.ts'
import { titleOf } from './title.ts'
import { App } from './views/app.tsx'
import { applyTheme } from './views/theme.tsx'

const root = document.getElementById('app')
if (root === null) throw new Error('the page has no #app')

let place = placeOf(location.hash)
let state = initialState(place.where)
let isDue = false

const live = new Live({
  open: (url) => new EventSource(url),
  clock: browserClock,
  onEvent: (event) => dispatch({ type: 'event', event }),
  onLost: (atMs) => dispatch({ type: 'lost', atMs }),
})

function dispatch(action: Action): void {
  state = reduce(state, action)
  draw()
}

/** Once a frame, however much arrives in between. */
function draw(): void {
  if (isDue) return
  isDue = true
  requestAnimationFrame(() => {
    isDue = false
    document.title = titleOf(state)
    render(<App state={state} place={place} onPlace={go} />, root as HTMLElement)
  })
}

function go(next: typeof place): void {
  history.replaceState(null, '', fragmentOf(next))
  const isOtherFilter = next.where !== place.where
  place = next
  if (isOtherFilter) {
    dispatch({ type: 'filter', where: next.where })
    live.connect(next.where)
  } else draw()
}

addEventListener('hashchange', () => go(placeOf(location.hash)))
applyTheme()
draw()
live.connect(place.where)
