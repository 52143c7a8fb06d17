/**
 * What one look at the app's container, the pod's network and the node shows. Plain data, JSON-ready; a figure that can't be
 * read is absent, never zero. Names end in their unit. `...Seconds`, `...Bytes` and counts that only grow are cumulative, so
 * that two samples give what happened between them; they begin again with every `life`.
 */

/**
 * Whose figures `container` holds:
 * - `app`: the app's container, and nothing of podspan's;
 * - `shared`: one cgroup that holds the app and podspan (one container for both, a developer's machine);
 * - `pod`: the pod's, with every container in it;
 * - `none`: neither is to be seen, and `container` is undefined. Podspan's own container is never shown as the app's.
 */
export type Scope = 'app' | 'shared' | 'pod' | 'none'

/** How long tasks stood still for want of a resource (pressure stall information), cumulative. */
export interface Pressure {
  /** At least one task waited. */
  readonly someSeconds: number
  /** All of them waited at once; older kernels do not tell it of the CPU. */
  readonly fullSeconds?: number
}

export interface Pressures {
  readonly cpu?: Pressure
  readonly memory?: Pressure
  readonly io?: Pressure
}

export interface ContainerMemory {
  readonly usageBytes?: number
  /** Absent when there is no limit. */
  readonly limitBytes?: number
  /** Above it the kernel slows the container down and takes memory back (v2). Absent when there is none. */
  readonly highBytes?: number
  readonly peakBytes?: number
  /** usage - inactive_file: what the kubelet evicts by. */
  readonly workingSetBytes?: number
  readonly rssBytes?: number
  readonly minorFaults?: number
  readonly majorFaults?: number
  /** Times that usage went over `highBytes` (v2), hit the limit, found nothing to take back (v2), and processes killed for it. */
  readonly highEvents?: number
  readonly maxEvents?: number
  readonly oomEvents?: number
  readonly oomKills?: number
}

export interface ContainerCpu {
  readonly timeSeconds?: number
  readonly userSeconds?: number
  readonly systemSeconds?: number
  /** Cores the quota allows; absent without a quota. */
  readonly limitCores?: number
  /** Cores used since the sample before; absent on the first of a life. */
  readonly usageCores?: number
  /** Periods of the quota that passed, those in which it was used up, and the time that tasks stood still for it. */
  readonly periods?: number
  readonly throttledPeriods?: number
  readonly throttledSeconds?: number
}

export interface ContainerSample {
  readonly scope: Exclude<Scope, 'none'>
  /** Which cgroup interface the figures come from. */
  readonly cgroup: 'v1' | 'v2'
  readonly memory: ContainerMemory
  readonly cpu: ContainerCpu
  readonly pressure: Pressures
  readonly pids: { readonly current?: number; readonly limit?: number }
  readonly io: { readonly readBytes?: number; readonly writeBytes?: number }
}

/** The app's process, or the first of them: it owns the socket that podspan connects to. */
export interface ProcessSample {
  readonly pid: number
  readonly uptimeSeconds?: number
  readonly residentBytes?: number
  readonly virtualBytes?: number
  /** The part of what it shares with others that is its own (smaps_rollup). */
  readonly proportionalBytes?: number
  readonly userSeconds?: number
  readonly systemSeconds?: number
  readonly threads?: number
  readonly minorFaults?: number
  readonly majorFaults?: number
  readonly openFds?: number
  /** The soft limit; absent when unlimited. */
  readonly openFdsMax?: number
  readonly voluntarySwitches?: number
  readonly involuntarySwitches?: number
}

/** Of the network namespace, which all containers of a pod share. Without the loopback. */
export interface NetworkSample {
  readonly interfaces: readonly NetworkInterface[]
  readonly tcpSegmentsSent?: number
  readonly tcpRetransmits?: number
}

export interface NetworkInterface {
  readonly name: string
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly receiveErrors: number
  readonly sendErrors: number
}

export interface CpuTimes {
  readonly model: string
  readonly speedMhz: number
  readonly times: {
    readonly user: number
    readonly nice: number
    readonly sys: number
    readonly idle: number
    readonly irq: number
  }
}

/** The node's, not the container's: /proc/meminfo, /proc/stat, /proc/pressure and the load are not namespaced. */
export interface NodeSample {
  readonly totalMemoryBytes: number
  readonly freeMemoryBytes: number
  readonly availableMemoryBytes: number
  readonly cpus: readonly CpuTimes[]
  /** Means over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number]
  readonly pressure: Pressures
  /** The root filesystem as this container sees it: on an overlay, the node's disk for containers. */
  readonly filesystem?: { readonly totalBytes: number; readonly availableBytes: number }
}

/** What was seen of the app's coming and going, since podspan started. */
export interface AppSample {
  readonly isUp: boolean
  /** Times that its process was gone, or, where that is not to be seen, that its socket was. */
  readonly exits: number
  /** Processes of its container that the kernel killed for want of memory. */
  readonly oomKills: number
  /** The latest; absent when there was none. */
  readonly crash?: Crash
}

/**
 * The app, or a process of its container, went down. It is `app_oom_killed` only where the kernel counted a kill in that very
 * container; where the count was gone before it could be read it is `app_exited`.
 */
export interface Crash {
  /** 1 for the first. */
  readonly count: number
  readonly cause: 'app_oom_killed' | 'app_exited'
  /** It happened between these two looks. */
  readonly afterMonotonicMs: number
  readonly seenMonotonicMs: number
  /** From here on it is not the reason of anything; absent while the app is down. */
  readonly overMonotonicMs?: number
}

/** A crash and what went down with it, once for each. */
export interface CrashReport {
  readonly crash: Crash
  /** By the wall clock, in ms since the epoch. */
  readonly seenAtMs: number
  /** Requests that were in flight, up to a bound; `requestCount` is of all. */
  readonly requests: readonly { readonly traceId: string; readonly method: string; readonly path: string }[]
  readonly requestCount: number
}

export interface ResourceSample {
  readonly atMonotonicMs: number
  /** What the look took, all in all. */
  readonly tookMs: number
  readonly scope: Scope
  /** Counts from 1; one more whenever the app is another process or its container another cgroup (a restart). */
  readonly life: number
  readonly app: AppSample
  readonly container: ContainerSample | undefined
  /** Undefined where the app's process is not to be seen. */
  readonly process: ProcessSample | undefined
  /** Like `node` of the last look that was due, up to a period ago: looks in between are at the container alone. */
  readonly network: NetworkSample | undefined
  readonly node: NodeSample
}
