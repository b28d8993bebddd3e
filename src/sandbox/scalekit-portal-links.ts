import { randomUUID } from 'node:crypto'
import { toScalekitDigits } from './minted-ids.ts'
import type { Routes } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { refuseArgument, refuseMissing, toScalekitAnswer } from './scalekit-answers.ts'
import { findOrganization } from './scalekit-lookups.ts'

const portalFeatures = ['dir_sync', 'sso']

/** The routes of links into the admin portal; a link lives for one minute. */
export function createScalekitPortalLinkRoutes(data: SandboxData): Routes {
  const { scalekit } = data
  return {
    'PUT /api/v1/organizations/{id}/portal_links': (request, id) => {
      const organization = findOrganization(data, id)
      const features = request.search.getAll('features')
      const unknown = features.find(feature => !portalFeatures.includes(feature))
      if (unknown !== undefined) throw refuseArgument('features', `${unknown} is not valid`, 'enum')
      const linkId = `lnk_${toScalekitDigits(Date.now(), scalekit.portalLinks.length)}`
      scalekit.portalLinks.push({ id: linkId, organization_id: organization.id, features })
      return toScalekitAnswer(200, {
        link: {
          id: linkId,
          location: `https://portal.scalekit.example/magicLink/${randomUUID()}`,
          expire_time: new Date(Date.now() + 60_000).toISOString(),
        },
      })
    },
    'DELETE /api/v1/organizations/{id}/portal_links/{link_id}': (_, id, linkId) => {
      const organization = findOrganization(data, id)
      const index = scalekit.portalLinks.findIndex(
        link => link.id === linkId && link.organization_id === organization.id,
      )
      if (index === -1) throw refuseMissing('portal link')
      scalekit.portalLinks.splice(index, 1)
      return toScalekitAnswer(200, {})
    },
  }
}
