/** The claims that say who a user's token is for; of other tokens nothing is known. */
const CLAIMS = ['iss', 'sub', 'org_id', 'oid'] as const

/** Whether two tokens are surely of one user in one organization, so that what one has read is for the other as well. */
export function isSameCaller(one: string, other: string): boolean {
  if (one === other) return true
  const [claims, others] = [claimsOf(one), claimsOf(other)]
  if (claims === null || others === null) return false
  return typeof claims.sub === 'string' && CLAIMS.every(name => claims[name] === others[name])
}

/** Of a token that the server has taken; it has checked the signature. */
function claimsOf(token: string): Record<string, unknown> | null {
  const [, payload, ...rest] = token.split('.')
  if (payload === undefined || rest.length !== 1) return null
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), character =>
      character.charCodeAt(0),
    )
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  } catch {
    return null
  }
}
