/**
 * The defaults of every bound, unit last, each with its reason. Modules receive a Limits; none reads a default.
 */

/** Limits that may be 0, which switches them off. */
export const OFF_AT_ZERO: ReadonlySet<keyof Limits> = new Set([
  'bodyBytesPerSecondMin',
  'responseHeadMs',
  'bodyBytesMax',
  'requestsPerConnectionMax',
  'slowMs',
  'appStartMs',
  'drainMinMs',
] as const)

export const DEFAULT_LIMITS = {
  // --- http1
  /** RFC 9110 §5.4 asks for no number; 64 KiB is what the large proxies allow and 8 times what browsers send. */
  headBytesMax: 65_536,
  /** A table of fields is quadratic food for somebody; 256 is twice the largest honest head seen. */
  fieldsMax: 256,
  /** RFC 9112 §3: recommended at least 8,000 octets for a request line. */
  targetBytesMax: 16_384,
  /** A chunk-size line with its extension; nobody honest sends more than a signature in it. */
  chunkLineBytesMax: 4_096,
  /** Extensions of one message together: 1-byte chunks with 3 KiB extensions each are an amplification attack. */
  chunkExtensionBytesMax: 16_384,
  trailerBytesMax: 16_384,

  // --- tunnel
  /** Bytes a client may send ahead (pipelining) before its socket is no longer read. */
  readAheadBytesMax: 65_536,
  /**
   * Of 256 KiB, to read large bodies into; those who find none read 16 KiB at a time. One is in use while a socket is read, and until
   * what it holds has been taken by whoever it is for: 32 slow readers, in a container of 128 MiB.
   */
  readBuffersMax: 32,
  /** What remains of the body of an answer that a decorator replaced: read to here to keep the connection, else close. */
  discardBytesMax: 262_144,
  /** 1xx answers before a final one; more is an origin that loops. */
  interimResponsesMax: 100,
  /** A pod-local origin answers a SYN in microseconds; five seconds is a blackhole. */
  connectMs: 5_000,
  /** Off: an app that does not listen yet is a 502 at once, as one that has gone is. Else how long its first clients wait. */
  appStartMs: 0,
  /** How often such an app is tried. */
  appRetryMs: 50,
  /** The kubelet waits a second for a probe unless told otherwise: the answer that passes on the app's must come before. */
  appProbeMs: 800,
  /** RFC 9112 §9.6: after a refusal the client gets this long to read it before the socket is destroyed. */
  lingerMs: 1_000,
  /** How often slow peers are looked for; a limit of time is exact to twice this. */
  beatMs: 500,
  /**
   * A kept connection without a request. Longer than any load balancer keeps its own (600 s is the longest): the one that
   * sends requests must be the one that closes, or a request meets a closing connection.
   */
  idleMs: 650_000,
  /** From the first byte of a head to its last, whatever trickles in between. */
  headMs: 30_000,
  /** A request body that is slower holds a connection for nothing. Not asked of a body whose answer has begun: that is a dialogue. */
  bodyBytesPerSecondMin: 100,
  /** Over this time: a phone in a tunnel may stand still for a while. */
  bodyWindowMs: 60_000,
  /**
   * A client takes some of what waits for it. One byte is not enough: the kernel says that there is room again when a third
   * of its buffer is free, so a client at 20 KB/s is heard of every 65 s at the latest.
   */
  readerMs: 120_000,
  /**
   * No byte of an answer for a client that has ended its side. One that left looks the same as one that only has nothing more
   * to ask, and an app that works for nobody should hear of it.
   */
  halfClosedMs: 10_000,
  /** Off: only the app knows how long its answers take, and the client has a timeout of its own. */
  responseHeadMs: 0,
  /** No byte in either direction of an upgraded or unread connection. */
  tunnelIdleMs: 3_600_000,
  /** Silence after which the kernel asks a client whether it is still there: one whose machine went down says no goodbye. */
  tcpKeepAliveMs: 60_000,
  /**
   * A connection to the app without a request is closed by us after this, and dialled again on need. Shorter than the
   * keep-alive of the app servers in use (2 s is the shortest): a request never meets an app that is just closing.
   */
  originIdleMs: 1_500,
  /** Off: how much an app takes is the app's to say. */
  bodyBytesMax: 0,
  /** Two descriptors each at most; beyond it a client is told 503. */
  connectionsMax: 16_384,
  /** Clients that are being told so at the same time; further ones are closed at once. */
  connectionsRefusedMax: 256,
  /** Off: a request costs a connection nothing. */
  requestsPerConnectionMax: 0,
  /** A decorator that has not decided by then is bypassed. */
  decoratorMs: 10_000,
  /** A raw answer given by a decorator. */
  decoratorBodyBytesMax: 16_777_216,
  /** Distinct failures of decorators that are told to people; one that names the request in its error would never end. */
  decoratorReportsMax: 100,
  /** In-flight requests that are visible one by one; more are still counted. 256 bytes each. */
  inflightSlots: 1_024,
  /** Probes of a kubelet and a few curious people. */
  healthConnectionsMax: 64,
  /** A probe that sends nothing for this long is let go. */
  healthMs: 5_000,

  // --- hand-off
  /** Exchanges handed over but not yet taken: at 1 KiB each this bounds a dead observer to 8 MiB. */
  outboxExchangesMax: 8_192,
  /** One postMessage costs 10 us whatever it carries, and the other thread has cold caches when it wakes. */
  batchExchangesMax: 256,
  /** How long an exchange may wait for company. Below what a person notices in a tail. */
  batchMs: 20,
  /**
   * Request bodies that are kept, in each of three places: while they come in, on their way to the observer, and in the ring. At the
   * most that one may have, 128 of them.
   */
  bodiesBytesMax: 8_388_608,
  observerRestartMs: 200,
  observerRestartMsMax: 30_000,
  // --- data threads
  threadRestartMs: 200,
  threadRestartMsMax: 30_000,
  /** A data thread that has drained needs no time to say so; one that is stuck must leave the observer its time to flush. */
  threadStopMs: 1_000,

  // --- observer
  ringExchanges: 1_000,
  /** Any one text taken from traffic (path, query, user agent). */
  capturedTextBytesMax: 2_048,
  dumpEveryMs: 5_000,
  /** Container runtimes split log lines at 16 KiB. */
  dumpLineBytesMax: 16_384,
  /** Output waiting for a stdout that does not drain. */
  dumpPendingBytesMax: 1_048_576,
  /** A full pipe is asked again this much later: 64 KiB each time is 3 MiB a second. */
  stdoutRetryMs: 20,
  sampleEveryMs: 1_000,
  /** A slow or failed request asks for a sample at once; a storm of them gets five a second, at 0.9 ms each. */
  sampleApartMs: 200,
  /**
   * cgroup v1 tells nobody of a kill, and the count goes with the container. To be woken takes 80 us and more, to read 3: 0.4 % of a core,
   * and 0.7 % at 20 ms.
   */
  killsEveryMs: 50,
  /** The kernel walks every page of the app for it: 1 ms at 100 MiB. */
  smapsEveryMs: 60_000,
  /** 17 minutes of them, a tenth of a KiB each: a longer request gets the figures of its last part, and is told which. */
  samplesKept: 1_024,
  /** Off: what is slow is measured, route by route. */
  slowMs: 0,
  /** Routes whose usual duration is kept, 300 bytes each; the rest is one. */
  slowRoutesMax: 256,
  /** Slow and failed requests that wait for their figures; further ones go without. At 1 KiB each 4 MiB. */
  enrichingMax: 4_096,
  /** A sample comes every second; a crash is known by then or never. */
  enrichMs: 1_500,
  /** Some 10,000 requests, in an emptyDir. */
  blackBoxBytesMax: 8_388_608,
  /** How long a fatal error waits until the observer has written it down. */
  fatalMs: 250,

  // --- admin
  /** Rows of the route table, 6 KiB each: paths are chosen by clients. The rest is one row. */
  routesMax: 256,
  /** Seconds of traffic that charts show: what happened before somebody looked. */
  trafficSeconds: 900,
  /** Curious people and their browsers, which open six each. */
  adminConnectionsMax: 256,
  /** Of these, streams that stay open. */
  adminListenersMax: 64,
  /** What waits for one listener that reads slowly; beyond it events are left out, and it is told how many. */
  adminListenerBytesMax: 262_144,
  /** Exchanges in one live event, of which there are six a second: nobody reads more, and `missed` counts them. */
  adminBatchExchangesMax: 100,
  /** Answers that wait for their clients to take them; beyond it who asks is told 503. A tenth of the observer's heap. */
  adminPendingBytesMax: 16_777_216,
  /** A request that does not come, or an answer that is not taken, for this long. */
  adminRequestMs: 10_000,
  /** A filter is the longest thing anybody asks. */
  adminHeadBytesMax: 16_384,

  // --- check
  /** One question of `podspan check`; all are asked together, and nobody waits much longer than this. */
  checkMs: 5_000,
  /** What is read of an answer to one. */
  checkBytesMax: 65_536,

  // --- push
  /** The container's figures; the endpoint history goes with the dump's rhythm (`dumpEveryMs`). */
  pushEveryMs: 1_000,
  /** One try. */
  pushMs: 5_000,
  /** Of one post; a busy interval takes several. Body parsers of small servers refuse what is over 100 KB. */
  pushBytesMax: 65_536,
  /** What waits for a dashboard that does not answer, half of it for each kind of post; beyond it the oldest goes, counted. */
  pushPendingBytesMax: 4_194_304,

  // --- delivery
  spanQueueMax: 8_192,
  /** 2 KiB a span at the bound of items: three times what one with usual names and paths weighs. */
  spanQueueBytesMax: 16_777_216,
  /** Joining 512 written spans blocks the thread for 0.15 ms. */
  spanBatchMax: 512,
  spanBatchMs: 1_000,
  metricEveryMs: 10_000,
  /** Of the observer's heap, beside 8 MiB for what is young: past it the thread dies, is counted and started again. */
  observerHeapBytesMax: 134_217_728,
  /** Hosts that the app calls and that are labels of metrics: the app may be told hosts by its own clients. */
  metricHostsMax: 100,
  /** Of each histogram; the SDK's own bound. What is new beyond it shares one series. Of the counters that outlive a restart, too. */
  metricSeriesMax: 2_000,
  /** How often the data thread writes down how it is. */
  pulseEveryMs: 500,
  /** One try, however the answer drips. The default of the OTLP specification. */
  exportMs: 10_000,
  /** What a Collector restart, a rollout or a throttled backend takes; as long as the Collector's own exporters try. */
  exportRetryMs: 300_000,
  /** The first pause before a batch is sent again; half as long again each time. */
  exportPauseMs: 1_000,
  /** `Retry-After: 0` for ever would else be a loop as fast as the network. */
  exportPauseMsMin: 100,
  exportPauseMsMax: 30_000,
  /** A backend may ask for an hour: the batch is offered again after this. */
  retryAfterMsMax: 60_000,
  /** Requests of one signal at the same time while all goes well: a collector that takes a second each would else take 512 spans a second. */
  exportsMax: 8,
  /** Shorter than the minute after which a Collector closes an idle connection. */
  exportIdleMs: 30_000,
  /** The specification's own bound for what an exporter reads of an answer. */
  exportAnswerBytesMax: 4_194_304,
  /** A backend that said 404 to a signal is asked again this much later: it may have been upgraded. */
  unsupportedPauseMs: 300_000,
  /** A folder in memory (a small emptyDir) must hold it: 64 MiB are some 100,000 spans. */
  spoolBytesMax: 67_108_864,
  /** Backends refuse what is older, or show it to nobody. */
  spoolAgeMs: 86_400_000,

  // --- inject
  /** An object is at most 1.5 MiB in etcd; 4 MiB take 3 s to read, twice. */
  injectBytesMax: 4_194_304,
  /** The deepest field of a pod is some 20 levels down. */
  injectDepthMax: 100,
  /** Places that one anchor may fill through others: a billion laughs are nine lines. */
  injectAliasesMax: 100,
  /** Of one document; what follows is seldom a mistake of its own. */
  injectSyntaxProblemsMax: 10,

  // --- stopping
  /** Kubernetes grants 30 s by default: drain and flush must fit well inside. */
  drainMs: 15_000,
  /** Off. Where endpoints lag behind SIGTERM, new clients are let in at least this long although nobody is here. */
  drainMinMs: 0,
  /** How long an idle connection is left open while stopping: longer than a request takes to cross a cluster. */
  drainIdleMs: 500,
  flushMs: 5_000,
  /** The same signal again within this time is an echo of the first (npm and timeout(1) pass one on twice). */
  signalEchoMs: 100,
}

/** By name; each a number in the unit that its name ends in. */
export type Limits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number }
