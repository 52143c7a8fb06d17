/** The bounds of what attaches to a sidecar, each with its reason. They are no `Limits`, which are a sidecar's own. */

/** A sidecar under full load answers its admin port in milliseconds; through a tunnel from another continent in a second. */
export const ANSWER_MS = 5_000
/** People wonder after a second. */
export const PROGRESS_MS = 1_000
/** Whether a sidecar that went is back. */
export const RETRY_MS = 1_000
/** A stream that says something every second and was silent for so long has gone without a word. */
export const SILENCE_MS = 5_000
/** The same of one that may be silent, for the kernel to find out. */
export const KEEP_ALIVE_MS = 10_000
/** The first event of a dashboard's stream is the largest: a quarter of an hour of seconds, and every route. */
export const LINE_LENGTH_MAX = 8_388_608
/** Of an answer that is no success: a sentence. */
export const ERROR_LENGTH_MAX = 65_536
/** Exchanges shown last, so that none is shown twice to somebody whose connection broke. */
export const REMEMBERED_MAX = 1_000
/** The observer holds slow ones back for 1.5 s: so much later than others they may come. */
export const LATE_MS = 2_000
/** An app that is slower than the first time: a minute more, and somebody looks at something else. */
export const REPLAY_MS = 60_000
/** Until a record of it is there: the observer holds slow and failed ones back for 1.5 s, and may be busy. */
export const RECORDED_MS = 5_000
export const RECORDED_EVERY_MS = 50
