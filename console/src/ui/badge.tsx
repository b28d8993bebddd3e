import { words } from './words.ts'

export type Tone = 'good' | 'quiet' | 'warning' | 'bad'

const TONES: Readonly<Record<string, Tone>> = {
  ACTIVE: 'good',
  INVALID_CREDENTIALS: 'bad',
  DELETING: 'bad',
  VALIDATING: 'warning',
}

/** A state in a word and a colour; the word alone says it too. */
export function StateBadge({ state }: { readonly state: string }) {
  return <span className={`badge ${TONES[state] ?? 'quiet'}`}>{words(state)}</span>
}

/** Which provider something lies at. */
export function ProviderBadge({ provider }: { readonly provider: string }) {
  return <span className={`provider ${provider.toLowerCase()}`}>{words(provider)}</span>
}
