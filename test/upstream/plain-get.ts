import type { UpstreamInit } from '../../src/upstream/fetch-whole.ts'

/** A read as it is sent, by somebody who stays. */
export const PLAIN_GET: UpstreamInit = {
  method: 'GET',
  headers: {},
  body: null,
  signal: new AbortController().signal,
  redirect: 'manual',
  credentials: 'omit',
}
