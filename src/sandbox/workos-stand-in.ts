import type { Announcements } from './announcements.ts'
import { createRateLimit } from './rate-limits.ts'
import { createRouter, Refusal, type StandIn } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { toRatelimited, toWorkosAnswer, toWorkosError } from './workos-answers.ts'
import { carryOutDeletions, createWorkosDirectoryRoutes } from './workos-directories.ts'
import { createEventsHandler } from './workos-events.ts'
import { createWorkosOrganizationRoutes } from './workos-organizations.ts'
import { createWorkosRosterRoutes } from './workos-rosters.ts'

/** How the WorkOS stand-in behaves. */
export interface WorkosStandInSettings {
  apiKey: string
  deletionDelayMs: number
  /** `null`: no limit is enforced. */
  limits: { usersPerSecond: number; requestsPerMinute: number } | null
}

/** The WorkOS REST API over the sandbox's data. */
export function createWorkosStandIn(
  data: SandboxData,
  settings: WorkosStandInSettings,
  announcements: Announcements,
): StandIn {
  const { apiKey, deletionDelayMs, limits } = settings
  const keyLimit = limits && createRateLimit(limits.requestsPerMinute, 60_000)
  const usersLimit = limits && createRateLimit(limits.usersPerSecond, 1000)
  const route = createRouter(
    {
      ...createWorkosOrganizationRoutes(data),
      ...createWorkosDirectoryRoutes(data, deletionDelayMs, announcements),
      ...createWorkosRosterRoutes(data, usersLimit),
      'GET /events': createEventsHandler(data),
    },
    () => toWorkosError(404),
  )
  return request => {
    if (request.headers.authorization !== `Bearer ${apiKey}`) return toWorkosError(401)
    if (keyLimit && !keyLimit.take(apiKey)) return toRatelimited()
    carryOutDeletions(data)
    try {
      return route(request)
    } catch (refusal) {
      if (refusal instanceof Refusal) return refusal.answer
      return toWorkosAnswer(500, {
        message: 'Internal Server Error',
        code: 'server_error',
        defect: String(refusal),
      })
    }
  }
}
