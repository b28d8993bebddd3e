/** How much a run does, and when. */
export interface Scope {
  /** How long there is load, in seconds. */
  readonly seconds: number
  /** How long each fault lasts, in seconds. */
  readonly faultSeconds: number
  /** Between two changes in the sandbox, in milliseconds. */
  readonly changeEveryMs: number
  /** Between two mutations, in milliseconds. */
  readonly mutationEveryMs: number
  /** How many ask at a time. */
  readonly readers: number
  /** Organizations of each provider beyond the seeded ones: the first of them are for mutations, each used up once. */
  readonly organizations: number
}

/** From so long a run on, faults last the whole ten seconds, and there is more load. */
const LONG_SECONDS = 300
/** The newest directories of each provider change by themselves; no mutation may touch them. */
const CHANGING = 12
const MUTATIONS_OF_ORGANIZATION = 4

/** What is done in a run of so many seconds. */
export function scopeOf(seconds: number): Scope {
  const mutationEveryMs = 1_000
  const isLong = seconds >= LONG_SECONDS
  const mutations = (seconds * 1_000) / mutationEveryMs
  return {
    seconds,
    faultSeconds: isLong ? 10 : Math.max(2, Math.round(seconds / 15)),
    changeEveryMs: 1_000,
    mutationEveryMs,
    readers: isLong ? 10 : 4,
    organizations: CHANGING + Math.ceil(mutations / MUTATIONS_OF_ORGANIZATION),
  }
}
