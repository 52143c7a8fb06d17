/** What else the sidecar tells, for who wants it raw. */
import type { JSX } from 'preact'
import type { AboutAnswer } from '../../admin/shapes.ts'

const ELSEWHERE = ['exchanges', 'inflight', 'routes', 'resources', 'ledger', 'config', 'metrics', 'openapi.json']

export function Foot({ about }: { readonly about: AboutAnswer | undefined }): JSX.Element {
  return (
    <footer class="foot">
      {about === undefined ? null : (
        <p>
          podspan {about.version} listens on {about.listen.host}:{about.listen.port}, before {about.target}, and
          remembers {about.ringExchanges} requests.
        </p>
      )}
      <nav aria-label="The same as data">
        <ul>
          {ELSEWHERE.map((path) => (
            <li key={path}>
              <a href={path}>/{path}</a>
            </li>
          ))}
        </ul>
      </nav>
    </footer>
  )
}
