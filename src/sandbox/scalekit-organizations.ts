import type { Announcements } from './announcements.ts'
import type { Routes, SandboxRequest } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { refuseArgument, refuseMissing, toScalekitAnswer } from './scalekit-answers.ts'
import { toOrganizationEventData } from './scalekit-event-data.ts'
import { findOrganization, getOrganization, parseMessage } from './scalekit-lookups.ts'
import { toScalekitPage } from './scalekit-paging.ts'
import type { ScalekitFeature } from './scalekit-records.ts'

const featureNames = ['dir_sync', 'sso', 'domain_verification', 'session_policy']
const listSizes = { floor: 10, ceiling: 100 }
const searchSizes = { floor: 1, ceiling: 30 }

// The body is the settings message itself; one wrapped in `settings` has no `features` and is refused.
function parseFeatures(request: SandboxRequest): ScalekitFeature[] {
  const { features } = parseMessage(request)
  if (!Array.isArray(features)) throw refuseArgument('settings.features', 'value is required', 'required')
  return features.map((feature: { name?: unknown; enabled?: unknown } | null) => {
    const { name, enabled = false } = feature ?? {}
    if (typeof name !== 'string' || !featureNames.includes(name)) {
      throw refuseArgument('settings.features.name', `unknown feature: ${String(name)}`, 'string.in')
    }
    if (typeof enabled !== 'boolean')
      throw refuseArgument('settings.features.enabled', 'invalid value', 'bool')
    return { name, enabled }
  })
}

/** The routes of organizations and their settings. */
export function createScalekitOrganizationRoutes(data: SandboxData, announcements: Announcements): Routes {
  const { scalekit, quirks } = data
  return {
    'GET /api/v1/organizations': request => {
      const externalId = request.search.get('external_id')
      const matching = scalekit.organizations.filter(
        organization => !externalId || organization.external_id === externalId,
      )
      const { rows, paging } = toScalekitPage(matching, request, listSizes, quirks)
      return toScalekitAnswer(200, { ...paging, organizations: rows })
    },
    'GET /api/v1/organizations:search': request => {
      const query = request.search.get('query')?.toLowerCase() ?? ''
      if (query.length < 3)
        throw refuseArgument('query', 'value length must be at least 3 characters', 'string.min_len')
      if (query.length > 100)
        throw refuseArgument('query', 'value length must be at most 100 characters', 'string.max_len')
      const matching = scalekit.organizations.filter(organization =>
        organization.display_name.toLowerCase().includes(query),
      )
      const { rows, paging } = toScalekitPage(matching, request, searchSizes, quirks)
      return toScalekitAnswer(200, { ...paging, organizations: rows })
    },
    'GET /api/v1/organizations:external/{external_id}': (request, externalId) => {
      // `?id=` overrides the identity taken from the path, which then has no external id.
      if (request.search.has('id')) throw refuseArgument('external_id', 'ExternalId is required', 'required')
      const organization = scalekit.organizations.find(candidate => candidate.external_id === externalId)
      if (!organization) throw refuseMissing('organization')
      return toScalekitAnswer(200, { organization })
    },
    'GET /api/v1/organizations/{id}': (_, id) =>
      toScalekitAnswer(200, { organization: getOrganization(data, id) }),
    'PATCH /api/v1/organizations/{id}/settings': (request, id) => {
      const organization = findOrganization(data, id)
      const wanted = parseFeatures(request)
      const features = (organization.settings?.features ?? []).filter(
        ({ name }) => !wanted.some(feature => feature.name === name),
      )
      organization.settings = { features: [...features, ...wanted] }
      organization.update_time = new Date(announcements.now()).toISOString()
      announcements.scalekit('organization.updated', organization.id, toOrganizationEventData(organization))
      return toScalekitAnswer(200, { organization })
    },
  }
}
