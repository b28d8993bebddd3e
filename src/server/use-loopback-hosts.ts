import type { Plugin } from 'graphql-yoga'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * Answers only requests that were sent to this machine by its own name. A server that asks for no token is safe on
 * loopback only as long as no web page reaches it: one whose name is pointed at 127.0.0.1 could, but for its name.
 */
export function useLoopbackHosts(): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (LOOPBACK.test(url.hostname)) return
      endResponse(
        new fetchAPI.Response(
          'This server asks for no token, so it answers to localhost only. Set DIRGRAPH_ADMIN_TOKEN or DIRGRAPH_JWKS_URL.\n',
          { status: 421 },
        ),
      )
    },
  }
}
