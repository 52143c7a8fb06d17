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

/** The span is none of a request: `podspan check` sent it to see whether it is taken. */
export const PODSPAN_CHECK = 'podspan.check'

/** What is counted. */
export const PODSPAN_SIGNAL = 'podspan.signal'

/** What became of it. */
export const PODSPAN_ITEM_STATE = 'podspan.item.state'

/** Why it was lost. */
export const PODSPAN_DROP_REASON = 'podspan.drop.reason'

/** Whose figures these are: of the app's container, of one that it shares with podspan, of the whole pod, or nobody's. */
export const PODSPAN_RESOURCE_SCOPE = 'podspan.resource.scope'

/** Seconds between the two looks that the figures of a request are the difference of, however short the request was. */
export const PODSPAN_RESOURCE_WINDOW_DURATION = 'podspan.resource.window.duration'

/** Seconds of CPU that the container used in the window. */
export const PODSPAN_RESOURCE_CPU_USED = 'podspan.resource.cpu.used'

/** Seconds that tasks of the container stood still in the window because its CPU quota was used up. */
export const PODSPAN_RESOURCE_CPU_THROTTLED = 'podspan.resource.cpu.throttled'

/** Seconds of the window in which a task of the container waited for a CPU. */
export const PODSPAN_RESOURCE_CPU_STALLED = 'podspan.resource.cpu.stalled'

/** Seconds of the window in which a task of the container waited for memory. */
export const PODSPAN_RESOURCE_MEMORY_STALLED = 'podspan.resource.memory.stalled'

/** Seconds of the window in which a task of the container waited for a disk. */
export const PODSPAN_RESOURCE_IO_STALLED = 'podspan.resource.io.stalled'

/** Bytes between the working set and the memory limit at the end of the window. */
export const PODSPAN_RESOURCE_MEMORY_HEADROOM = 'podspan.resource.memory.headroom'

/** Open file descriptors of the app's process at the end of the window. */
export const PODSPAN_RESOURCE_FD_COUNT = 'podspan.resource.fd.count'

/** File descriptors that the app's process may open. */
export const PODSPAN_RESOURCE_FD_LIMIT = 'podspan.resource.fd.limit'

/** What happened at a bound of the container's memory. */
export const PODSPAN_MEMORY_EVENT = 'podspan.memory.event'

/** What was waited for. */
export const PODSPAN_PRESSURE_RESOURCE = 'podspan.pressure.resource'

/** Whether at least one task waited, or all at once. */
export const PODSPAN_PRESSURE_KIND = 'podspan.pressure.kind'

/** The requests that were in flight when the app went down, each with its trace id, method and path. */
export const PODSPAN_CRASH_EXCHANGES = 'podspan.crash.exchanges'

/** How many requests were in flight when the app went down. */
export const PODSPAN_CRASH_EXCHANGE_COUNT = 'podspan.crash.exchange_count'

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

/** Where the kernel begins to slow the container down for its memory. */
export const METRIC_PODSPAN_CONTAINER_MEMORY_HIGH = 'podspan.container.memory.high'

/** The most memory that the container has used. */
export const METRIC_PODSPAN_CONTAINER_MEMORY_PEAK = 'podspan.container.memory.peak'

/** What happened at the bounds of the container's memory. */
export const METRIC_PODSPAN_CONTAINER_MEMORY_EVENTS = 'podspan.container.memory.events'

/** Periods of the CPU quota that have passed. */
export const METRIC_PODSPAN_CONTAINER_CPU_PERIODS = 'podspan.container.cpu.periods'

/** Periods in which the CPU quota was used up. */
export const METRIC_PODSPAN_CONTAINER_CPU_THROTTLED_PERIODS = 'podspan.container.cpu.throttled.periods'

/** Time that tasks of the container stood still because its CPU quota was used up. */
export const METRIC_PODSPAN_CONTAINER_CPU_THROTTLED_TIME = 'podspan.container.cpu.throttled.time'

/** Time in which tasks of the container waited for a resource. */
export const METRIC_PODSPAN_CONTAINER_PRESSURE_TIME = 'podspan.container.pressure.time'

/** Processes and threads of the container. */
export const METRIC_PODSPAN_CONTAINER_PIDS_COUNT = 'podspan.container.pids.count'

/** Processes and threads that the container may have. */
export const METRIC_PODSPAN_CONTAINER_PIDS_LIMIT = 'podspan.container.pids.limit'

/** Times that the app was seen to be gone. */
export const METRIC_PODSPAN_APP_EXITS = 'podspan.app.exits'

/** Processes of the app's container that were seen to be killed for want of memory. */
export const METRIC_PODSPAN_APP_OOM_KILLS = 'podspan.app.oom_kills'

/** File descriptors that the app's process may open. */
export const METRIC_PODSPAN_PROCESS_FILE_DESCRIPTOR_LIMIT = 'podspan.process.file_descriptor.limit'

/** Memory of the app's process, with its part of what it shares. */
export const METRIC_PODSPAN_PROCESS_MEMORY_PROPORTIONAL = 'podspan.process.memory.proportional'

/** TCP segments that left the pod. */
export const METRIC_PODSPAN_POD_TCP_SEGMENTS = 'podspan.pod.tcp.segments'

/** TCP segments that the pod had to send again. */
export const METRIC_PODSPAN_POD_TCP_RETRANSMITS = 'podspan.pod.tcp.retransmits'

/** Tasks of the node that ran or waited, mean over one minute. */
export const METRIC_PODSPAN_NODE_LOAD = 'podspan.node.load'

/** Time in which tasks of the node waited for a resource. */
export const METRIC_PODSPAN_NODE_PRESSURE_TIME = 'podspan.node.pressure.time'

/** Time that the thread which carries the traffic spent collecting garbage. */
export const METRIC_PODSPAN_GC_TIME = 'podspan.gc.time'

/** The books: what was created and what became of it. */
export const METRIC_PODSPAN_TELEMETRY_ITEMS = 'podspan.telemetry.items'
