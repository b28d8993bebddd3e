import { hash } from 'node:crypto'
import type { UpstreamRequest } from './upstream-client.ts'

/** What tells a read from others. A hash, since a query can hold an e-mail address. A client has one credential. */
export function readKeyOf({ path, query = {}, keptFor = null }: UpstreamRequest): string {
  const parameters = Object.entries(query)
    .filter(([, value]) => value !== null)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return hash('sha256', JSON.stringify([path, parameters, keptFor]), 'base64url')
}

const keys = new WeakMap<UpstreamRequest, string>()

/** The same, made once for a request that is asked about again and again. */
export function readKeyOnce(request: UpstreamRequest): string {
  const known = keys.get(request)
  if (known !== undefined) return known
  const key = readKeyOf(request)
  keys.set(request, key)
  return key
}
