import type { Plugin } from 'graphql-yoga'

/**
 * By these browsers keep an answer to what it is: data, for whoever asked. It is never a page: whatever a browser takes
 * it for, nothing in it may run or be framed.
 */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** Sends those headers with every answer, but for what an answer has of its own. */
export function useSecurityHeaders(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        if (!headers.has(name)) headers.set(name, value)
      }
      headers.append('vary', 'origin')
    },
  }
}
