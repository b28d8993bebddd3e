import type { Plugin } from 'graphql-yoga'

/** An answer of the API is never a page: whatever a browser takes it for, nothing in it may run or be framed. */
const ANSWER_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Headers by which browsers keep an answer to what it is: data, for whoever asked. */
export function useSecurityHeaders(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      headers.set('x-content-type-options', 'nosniff')
      headers.set('referrer-policy', 'no-referrer')
      headers.append('vary', 'origin')
      if (!headers.has('content-security-policy')) headers.set('content-security-policy', ANSWER_POLICY)
      if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    },
  }
}
