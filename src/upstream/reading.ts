import { LRUCache } from 'lru-cache'
import type { CallContext } from '../domain/directory-provider.ts'
import type { UpstreamAnswer, UpstreamClient, UpstreamRequest } from './upstream-client.ts'

/**
 * How something is read: the requests that it takes, one after another, and what becomes of their answers. It is written
 * once, whether the provider is asked or all of it is kept already.
 */
export type Reading<T> = Generator<UpstreamRequest, T, UpstreamAnswer>

/** Reads it, asking the provider for what is not kept. Rejects with a `ProviderError`. */
export async function ask<T>(client: UpstreamClient, reading: Reading<T>, call: CallContext): Promise<T> {
  let step = reading.next()
  while (!step.done) step = reading.next(await client.send(step.value, call))
  return step.value
}

/** Reads it at once out of what is kept; null where the provider would have to be asked. Throws `ProviderError`. */
export function readKept<T>(client: UpstreamClient, reading: Reading<T>, call: CallContext): T | null {
  let step = reading.next()
  while (!step.done) {
    const answer = client.kept(step.value, call)
    if (answer === null) return null
    step = reading.next(answer)
  }
  return step.value
}

/**
 * `readKept` for what is read again and again. `place` names all that the reading depends on besides answers, and
 * nobody's data. What comes of the reading must not be changed by anybody.
 */
export type ReadKeptAgain = <T>(place: string, begin: () => Reading<T>, call: CallContext) => T | null

/** Places of which the request is remembered, at about a kilobyte each. */
const MAX_PLACES = 2_000
/** Longer ones are nobody's that a provider gave: what callers make up must not fill this up. */
const MAX_PLACE_CHARACTERS = 500
/** Of one answer: a page is read in so many ways at most. */
const MAX_RESULTS = 10

/**
 * Remembers what a reading of one request asks, and what it made of the answer for as long as that very answer is kept.
 * Of a reading that is repeated nothing is then left but to look whether the answer may still be reused.
 */
export function createReadKeptAgain(client: UpstreamClient): ReadKeptAgain {
  const requests = new LRUCache<string, UpstreamRequest>({ max: MAX_PLACES })
  const results = new WeakMap<UpstreamAnswer, Map<string, unknown>>()

  return <T>(place: string, begin: () => Reading<T>, call: CallContext): T | null => {
    const request = requests.get(place)
    if (request !== undefined) {
      const answer = client.kept(request, call)
      if (answer === null) return null
      const result = results.get(answer)?.get(place)
      if (result !== undefined) return result as T
    }
    const reading = begin()
    let only: { readonly request: UpstreamRequest; readonly answer: UpstreamAnswer } | null = null
    let step = reading.next()
    for (let asked = 0; !step.done; asked += 1) {
      const answer = client.kept(step.value, call)
      if (answer === null) return null
      only = asked === 0 ? { request: step.value, answer } : null
      step = reading.next(answer)
    }
    if (only !== null && place.length <= MAX_PLACE_CHARACTERS) {
      requests.set(place, only.request)
      const ofAnswer = results.get(only.answer) ?? new Map<string, unknown>()
      if (ofAnswer.size === MAX_RESULTS) ofAnswer.clear()
      results.set(only.answer, ofAnswer.set(place, step.value))
    }
    return step.value
  }
}
