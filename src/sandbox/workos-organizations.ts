import { randomUUID } from 'node:crypto'
import { Refusal, type Routes, type SandboxRequest } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { refuseInvalid, refuseUnknown, toWorkosAnswer, toWorkosError } from './workos-answers.ts'
import { toWorkosPage } from './workos-paging.ts'

const intents = [
  'sso',
  'dsync',
  'audit_logs',
  'log_streams',
  'domain_verification',
  'certificate_renewal',
  'bring_your_own_key',
]

function parseObject(request: SandboxRequest): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(request.body)
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  } catch {
    // Falls through to the one refusal below.
  }
  throw new Refusal(toWorkosError(400, 'Request body must be a JSON object.'))
}

function parseDomains(search: URLSearchParams): string[] {
  return [...search.getAll('domains'), ...search.getAll('domains[]')]
    .flatMap(domains => domains.split(','))
    .filter(domain => domain !== '')
}

/** The routes under /organizations, and the portal link that belongs to one. */
export function createWorkosOrganizationRoutes({ workos, quirks }: SandboxData): Routes {
  return {
    'GET /organizations': ({ search }) => {
      const domains = parseDomains(search)
      const name = search.get('search')?.toLowerCase()
      const matching = workos.organizations.filter(
        organization =>
          (domains.length === 0 || organization.domains.some(({ domain }) => domains.includes(domain))) &&
          (!name || organization.name.toLowerCase().includes(name)),
      )
      return toWorkosAnswer(200, toWorkosPage(matching, search, quirks))
    },
    'GET /organizations/{id}': (_, id) => {
      const organization = workos.organizations.find(candidate => candidate.id === id)
      if (!organization) throw refuseUnknown('Organization', id)
      return toWorkosAnswer(200, organization)
    },
    'GET /organizations/external_id/{external_id}': (_, externalId) => {
      const organization = workos.organizations.find(candidate => candidate.external_id === externalId)
      if (!organization) throw refuseUnknown('Organization', externalId)
      return toWorkosAnswer(200, organization)
    },
    'POST /portal/generate_link': request => {
      const { organization, intent, it_contact_emails: contacts } = parseObject(request)
      if (typeof organization !== 'string') {
        throw refuseInvalid({ field: 'organization', code: 'organization must be a string' })
      }
      if (intent !== undefined && !intents.includes(String(intent))) {
        throw refuseInvalid({ field: 'intent', code: `intent must be one of: ${intents.join(', ')}` })
      }
      if (Array.isArray(contacts) && contacts.length > 20) {
        throw refuseInvalid({ field: 'it_contact_emails', code: 'it_contact_emails must hold at most 20' })
      }
      if (!workos.organizations.some(({ id }) => id === organization)) {
        return toWorkosError(400, `Could not find an organization with the id, ${organization}.`)
      }
      return toWorkosAnswer(201, { link: `https://setup.workos.example/setup?token=${randomUUID()}` })
    },
  }
}
