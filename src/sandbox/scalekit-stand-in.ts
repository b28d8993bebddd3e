import type { Announcements } from './announcements.ts'
import { createRateLimit } from './rate-limits.ts'
import { createRouter, Refusal, type StandIn } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { toScalekitError } from './scalekit-answers.ts'
import { createScalekitDirectoryRoutes } from './scalekit-directories.ts'
import { createScalekitOrganizationRoutes } from './scalekit-organizations.ts'
import { createScalekitPortalLinkRoutes } from './scalekit-portal-links.ts'
import { createScalekitRosterRoutes } from './scalekit-rosters.ts'
import { createScalekitSecretRoutes } from './scalekit-secrets.ts'
import { createTokenHandler, isAuthorized, type ScalekitTokenSettings } from './scalekit-token.ts'

/** How the Scalekit stand-in behaves. */
export interface ScalekitStandInSettings extends ScalekitTokenSettings {
  /** `null`: no limit is enforced. */
  limits: { requestsPerSecond: number } | null
}

/** The Scalekit REST API over the sandbox's data. */
export function createScalekitStandIn(
  data: SandboxData,
  settings: ScalekitStandInSettings,
  announcements: Announcements,
): StandIn {
  const limit = settings.limits && createRateLimit(settings.limits.requestsPerSecond, 1000)
  const issueToken = createTokenHandler(data, settings)
  const route = createRouter(
    {
      ...createScalekitOrganizationRoutes(data, announcements),
      ...createScalekitPortalLinkRoutes(data),
      ...createScalekitRosterRoutes(data),
      ...createScalekitDirectoryRoutes(data, announcements),
      ...createScalekitSecretRoutes(data),
    },
    // The gateway has no 405: a method it does not know for a path is "not implemented".
    reason =>
      reason === 'wrong-method' ? toScalekitError(12, 'Method Not Allowed') : toScalekitError(5, 'Not Found'),
  )
  return request => {
    if (limit && !limit.take('environment')) return toScalekitError(8, 'rate limit exceeded')
    if (request.path === '/oauth/token' && request.method === 'POST') return issueToken(request)
    if (!isAuthorized(data, request))
      return toScalekitError(16, 'unauthenticated: token is missing, invalid or expired')
    try {
      return route(request)
    } catch (refusal) {
      if (refusal instanceof Refusal) return refusal.answer
      return toScalekitError(13, `internal: ${String(refusal)}`)
    }
  }
}
