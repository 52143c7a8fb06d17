/** What one look at the container and its node shows. Plain data; a figure that can't be read is absent, never zero. */

export interface ContainerSample {
  /** Whose figures these are: of the cgroup podspan itself stands in. */
  readonly scope: 'self'
  /** Which cgroup interface the figures come from. */
  readonly cgroup: 'v1' | 'v2'
  readonly memory: {
    readonly usageBytes?: number
    /** Absent when there is no limit. */
    readonly limitBytes?: number
    /** usage - inactive_file: what the kubelet evicts by. */
    readonly workingSetBytes?: number
    readonly rssBytes?: number
  }
  readonly cpu: {
    /** Cumulative. */
    readonly timeSeconds?: number
    readonly userSeconds?: number
    readonly systemSeconds?: number
    /** Cores the quota allows; absent without a quota. */
    readonly limitCores?: number
    /** Cores used since the sample before; absent on the first. */
    readonly usageCores?: number
  }
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

/** The node's, not the container's: /proc/meminfo and the load are not namespaced. */
export interface NodeSample {
  readonly totalMemoryBytes: number
  readonly freeMemoryBytes: number
  readonly availableMemoryBytes: number
  readonly cpus: readonly CpuTimes[]
}

export interface ResourceSample {
  readonly atMonotonicMs: number
  readonly container: ContainerSample | undefined
  readonly node: NodeSample
}
