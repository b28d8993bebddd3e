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
