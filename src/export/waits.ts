import type { ProviderName } from '../domain/entity-key.ts'
import { PROVIDER_TITLES } from '../domain/provider-error.ts'

/**
 * What a call waits for: its turn within the provider's limit, the answer, the moment to ask again what has failed, or
 * that which the provider has named.
 */
export type WaitsFor = 'limit' | 'answer' | 'pause' | 'named-pause'

/** One call that is under way; all times are `performance.now()` milliseconds. */
export interface Wait {
  readonly provider: ProviderName
  readonly waitsFor: WaitsFor
  readonly sinceMs: number
  /** When a pause is over. */
  readonly untilMs?: number
}

/** The calls that are under way, by a key of each. */
export type Waits = Map<object, Wait>

/** Less than that is no waiting. */
const NOTICED_MS = 200
const ORDER: readonly WaitsFor[] = ['named-pause', 'pause', 'limit', 'answer']

/** What keeps the export from going on, in words; null where nothing has for long enough to be noticed. */
export function describeWaits(waits: Waits, nowMs: number): string | null {
  const noticed = [...waits.values()].filter(({ sinceMs }) => nowMs - sinceMs > NOTICED_MS)
  const rank = ({ waitsFor }: Wait) => ORDER.indexOf(waitsFor)
  const [first] = noticed.toSorted((one, other) => rank(one) - rank(other) || one.sinceMs - other.sinceMs)
  if (first === undefined) return null
  const title = PROVIDER_TITLES[first.provider]
  const waited = seconds(nowMs - first.sinceMs)
  if (first.waitsFor === 'limit') return `waiting for ${title}'s limit: ${waited}`
  if (first.waitsFor === 'answer') return `waiting for ${title}'s answer: ${waited}`
  const why = first.waitsFor === 'pause' ? 'fails' : 'wants to be left alone'
  return `${title} ${why}; asking again in ${seconds(Math.max(0, (first.untilMs ?? nowMs) - nowMs))}`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
