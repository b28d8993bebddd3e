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
  /** Organizations of each provider beyond the seeded ones: the first of them are for mutations, each used up once. */
  readonly organizations: number
}

/** Of so long a run on, faults last the whole ten seconds. */
const LONG_SECONDS = 300
/** The newest directories of each provider change by themselves; no mutation may touch them. */
const CHANGING = 12
const MUTATIONS_OF_ORGANIZATION = 4

/** What is done in a run of so many seconds. */
export function scopeOf(seconds: number): Scope {
  const mutationEveryMs = 1_000
  const mutations = (seconds * 1_000) / mutationEveryMs
  return {
    seconds,
    faultSeconds: seconds >= LONG_SECONDS ? 10 : Math.max(2, Math.round(seconds / 15)),
    changeEveryMs: 1_000,
    mutationEveryMs,
    organizations: CHANGING + Math.ceil(mutations / MUTATIONS_OF_ORGANIZATION),
  }
}
