import { z } from 'zod'
import { createBackgroundCall } from '../../domain/background-call.ts'
import { isCredential } from '../../domain/credential.ts'
import type { CallContext } from '../../domain/directory-provider.ts'
import { UnavailableError } from '../../domain/provider-error.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { parseAnswer } from '../wire-record.ts'

const tokenWire = z.object({
  // Anything else would be taken for a failure of the network when it is sent.
  access_token: z.string().trim().refine(isCredential),
  expires_in: z.coerce.number().catch(Number.NaN),
})

const MIN_LIFETIME_SECONDS = 60
const MAX_LIFETIME_SECONDS = 24 * 60 * 60
const REFRESH_EARLY_SECONDS = 5 * 60

/**
 * The Authorization header of Scalekit's API: a client-credentials token, fetched once however many ask for it,
 * renewed before it ends, and renewed when the API refuses the one in `refused`. Lifetimes count from receipt, so
 * that a wrong clock does no harm, and are clamped: an underflow of 18446744064486179580 s has been recorded.
 */
export function createScalekitToken(
  client: UpstreamClient,
  credentials: { readonly clientId: string; readonly clientSecret: string },
): (call: CallContext, refused: string | null) => Promise<string> {
  let current: { readonly header: string; readonly renewAtMs: number } | null = null
  let underway: Promise<string> | null = null

  async function fetchToken(call: CallContext): Promise<string> {
    const answer = await client.send(
      {
        method: 'post',
        // It changes nothing, so it may be repeated as reads are.
        isWrite: false,
        path: 'oauth/token',
        form: {
          grant_type: 'client_credentials',
          client_id: credentials.clientId,
          client_secret: credentials.clientSecret,
        },
        answers: [400, 401, 403],
      },
      // The token is everybody's: no single caller's disconnect or limit may end the fetch, and none of them pays for it.
      createBackgroundCall(call.requestId),
    )
    if (answer.status >= 400) throw new UnavailableError('scalekit', 'credentials-refused')
    const token = parseAnswer('scalekit', tokenWire, answer.body)
    const header = `Bearer ${token.access_token}`
    current = { header, renewAtMs: performance.now() + usableSeconds(token.expires_in) * 1_000 }
    return header
  }

  return (call, refused) => {
    if (current !== null && (current.header === refused || performance.now() >= current.renewAtMs))
      current = null
    if (current !== null) return Promise.resolve(current.header)
    underway ??= fetchToken(call).finally(() => {
      underway = null
    })
    return underway
  }
}

function usableSeconds(expiresIn: number): number {
  const lifetime = Number.isFinite(expiresIn)
    ? Math.min(Math.max(expiresIn, MIN_LIFETIME_SECONDS), MAX_LIFETIME_SECONDS)
    : MIN_LIFETIME_SECONDS
  return lifetime - Math.min(REFRESH_EARLY_SECONDS, lifetime / 5)
}
