/** The waterfall of one request: its phases one below the other on one line of time. */
import type { JSX } from 'preact'
import type { Exchange } from '../../exchange.ts'
import { duration, percent } from '../format.ts'
import { type Bar, waterfallOf } from '../waterfall.ts'

export function WaterfallView({ exchange }: { readonly exchange: Exchange }): JSX.Element {
  const { bars, durationMs, ticksMs, ownMs, clientStalledMs } = waterfallOf(exchange)
  const within = [
    ['own', 'podspan itself', ownMs, 'its decorators'],
    ['stalled', 'Client stalled', clientStalledMs, 'it did not take what was ready for it'],
  ] as const
  return (
    <figure class="waterfall" aria-label="Waterfall">
      <div class="ticks" aria-hidden="true">
        {ticksMs.map((ms) => (
          <span key={ms} style={{ left: `${durationMs > 0 ? (ms / durationMs) * 100 : 0}%` }}>
            {ms === 0 ? '0' : duration(ms)}
          </span>
        ))}
      </div>
      <ol>
        {bars.map((bar) => (
          <PhaseRow key={bar.name} bar={bar} ticks={ticksMs.map((ms) => ms / durationMs)} />
        ))}
        {within.map(([name, label, ms, why]) =>
          ms > 0 ? (
            <li key={name} class="within">
              <span class="label">
                <i class={`swatch phase ${name}`} />
                {label} <span class="beside">{why}</span>
              </span>
              <span class="took">{duration(ms)}</span>
              <span class="share">{percent(durationMs > 0 ? ms / durationMs : 0)}</span>
            </li>
          ) : null,
        )}
      </ol>
    </figure>
  )
}

function PhaseRow({ bar, ticks }: { readonly bar: Bar; readonly ticks: readonly number[] }): JSX.Element {
  return (
    <li>
      <span class="label">{bar.label}</span>
      <span class="lane">
        {ticks.map((at) => (
          <i key={at} class="tick" style={{ left: `${at * 100}%` }} />
        ))}
        <i class={`phase ${bar.name}`} style={{ left: `${bar.start * 100}%`, width: `${bar.length * 100}%` }} />
      </span>
      <span class="took">{duration(bar.durationMs)}</span>
      <span class="share">{percent(bar.length)}</span>
    </li>
  )
}
