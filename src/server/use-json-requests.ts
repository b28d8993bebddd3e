import type { Plugin } from 'graphql-yoga'

/**
 * Takes operations as JSON only. Forms and plain text are what any web page may post to any address without asking
 * (no CORS preflight), so that a page which somebody visits could delete a directory through their own server.
 */
export function useJsonRequests(): Plugin {
  return {
    onRequest({ request, fetchAPI, endResponse }) {
      if (request.method !== 'POST') return
      const type = request.headers.get('content-type') ?? ''
      if (/^application\/(graphql\+)?json\s*(;|$)/i.test(type)) return
      endResponse(new fetchAPI.Response('Send the operation as application/json.\n', { status: 415 }))
    },
  }
}
