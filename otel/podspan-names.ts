/** Made by `npm run generate` of otel/registry/podspan.yaml; changed there. */

/** How the request ended. */
export const PODSPAN_OUTCOME = 'podspan.outcome'

/** Whose doing an error was. */
export const PODSPAN_ERROR_AT = 'podspan.error.at'

/** Why a request was refused, as a code of docs/http.md. */
export const PODSPAN_REFUSAL = 'podspan.refusal'

/** Whether the path's last segment ends in an extension. */
export const PODSPAN_REQUEST_FILE = 'podspan.request.file'

/** What the app said, where a decorator changed it. */
export const PODSPAN_ORIGIN_STATUS_CODE = 'podspan.origin.status_code'

/** How often a connection to the app was tried, when it was more than once. */
export const PODSPAN_ORIGIN_ATTEMPT = 'podspan.origin.attempt'

/** What each decorator did to the request or the answer. */
export const PODSPAN_DECORATORS = 'podspan.decorators'

/** Seconds until the connection to the app stood; absent when one was kept. */
export const PODSPAN_PHASE_CONNECT = 'podspan.phase.connect'

/** Seconds from the request being with the app to the head of its answer. */
export const PODSPAN_PHASE_APP = 'podspan.phase.app'

/** Seconds from the head of the answer to its last byte. */
export const PODSPAN_PHASE_DOWNLOAD = 'podspan.phase.download'

/** Seconds in which the client did not take what was ready for it. */
export const PODSPAN_PHASE_CLIENT_STALLED = 'podspan.phase.client_stalled'

/** Seconds that podspan itself spent deciding (decorators). */
export const PODSPAN_PHASE_OWN = 'podspan.phase.own'

/** The protocol of an upgraded connection; opaque for one that was passed unread. */
export const PODSPAN_UPGRADE_PROTOCOL = 'podspan.upgrade.protocol'

/** Bytes from the client in an upgraded connection. */
export const PODSPAN_UPGRADE_BYTES_IN = 'podspan.upgrade.bytes_in'

/** Bytes to the client in an upgraded connection. */
export const PODSPAN_UPGRADE_BYTES_OUT = 'podspan.upgrade.bytes_out'

/** Whole text and binary messages from the client. */
export const PODSPAN_WEBSOCKET_MESSAGES_IN = 'podspan.websocket.messages_in'

/** Whole text and binary messages to the client. */
export const PODSPAN_WEBSOCKET_MESSAGES_OUT = 'podspan.websocket.messages_out'

/** The code of the first Close frame. */
export const PODSPAN_WEBSOCKET_CLOSE_CODE = 'podspan.websocket.close_code'

/** Who sent the first Close frame. */
export const PODSPAN_WEBSOCKET_CLOSED_BY = 'podspan.websocket.closed_by'

/** Server-sent events that were dispatched. */
export const PODSPAN_SSE_EVENTS = 'podspan.sse.events'

/** Seconds from the start of the request to the first event. */
export const PODSPAN_SSE_FIRST_EVENT = 'podspan.sse.first_event'

/** Who ended the event stream. */
export const PODSPAN_SSE_ENDED_BY = 'podspan.sse.ended_by'

/** What kind of long-lived stream it was. */
export const PODSPAN_STREAM_KIND = 'podspan.stream.kind'

/** From the client, or to it. */
export const PODSPAN_STREAM_DIRECTION = 'podspan.stream.direction'

/** What is counted. */
export const PODSPAN_SIGNAL = 'podspan.signal'

/** What became of it. */
export const PODSPAN_ITEM_STATE = 'podspan.item.state'

/** Why it was lost. */
export const PODSPAN_DROP_REASON = 'podspan.drop.reason'

/** Lifetime of WebSockets, event streams and other connections that stay open. */
export const METRIC_PODSPAN_STREAM_DURATION = 'podspan.stream.duration'

/** WebSocket messages and server-sent events, added when their stream has ended. */
export const METRIC_PODSPAN_STREAM_MESSAGES = 'podspan.stream.messages'

/** http.server.request.duration, where the app measures that itself. */
export const METRIC_PODSPAN_SERVER_REQUEST_DURATION = 'podspan.server.request.duration'

/** http.server.request.body.size, where the app measures that itself. */
export const METRIC_PODSPAN_SERVER_REQUEST_BODY_SIZE = 'podspan.server.request.body.size'

/** http.server.response.body.size, where the app measures that itself. */
export const METRIC_PODSPAN_SERVER_RESPONSE_BODY_SIZE = 'podspan.server.response.body.size'

/** The memory limit of the container. */
export const METRIC_PODSPAN_CONTAINER_MEMORY_LIMIT = 'podspan.container.memory.limit'

/** The CPU quota of the container. */
export const METRIC_PODSPAN_CONTAINER_CPU_LIMIT = 'podspan.container.cpu.limit'

/** Time that the thread which carries the traffic spent collecting garbage. */
export const METRIC_PODSPAN_GC_TIME = 'podspan.gc.time'

/** The books: what was created and what became of it. */
export const METRIC_PODSPAN_TELEMETRY_ITEMS = 'podspan.telemetry.items'
