import { createRandom, toScalekitDigits } from './minted-ids.ts'
import type { ScalekitData } from './sandbox-data.ts'
import { neverTime } from './scalekit-answers.ts'
import {
  type ScalekitDirectory,
  type ScalekitGroup,
  type ScalekitOrganization,
  type ScalekitSecret,
  type ScalekitUser,
  toScimEndpoint,
} from './scalekit-records.ts'
import { createPeople, drawGroupIds, type Person, toTeamName } from './seed-people.ts'
import {
  type ScalekitCompanyPlan,
  type ScalekitDirectoryPlan,
  scalekitCompanies,
} from './seed-scalekit-companies.ts'
import { sharedPerson } from './seed-shared-person.ts'

const minuteMs = 60_000
const lastSyncMs = Date.parse('2026-09-01T06:00:00Z')

// The gateway trims a fraction to none, three, six or nine digits.
function toTime(epochMs: number, index: number): string {
  const text = new Date(epochMs).toISOString()
  if (index % 3 === 0) return `${text.slice(0, -1)}${String(100_000 + ((index * 7919) % 900_000))}Z`
  return index % 3 === 1 ? text : text.replace(/\.\d+/, '')
}

function toOrganization(plan: ScalekitCompanyPlan, id: string): ScalekitOrganization {
  return {
    id,
    create_time: plan.createdAt,
    update_time: plan.createdAt,
    display_name: plan.name,
    region_code: plan.domain === 'alnoor.example' ? 'EU' : 'US',
    ...(plan.externalId !== undefined && { external_id: plan.externalId }),
    metadata: plan.metadata,
    settings: plan.features && { features: plan.features },
    ...(plan.slug !== undefined && { slug: plan.slug, logo_url: `https://cdn.${plan.domain}/logo.png` }),
  }
}

function toSecret(id: string, directoryId: string, index: number): ScalekitSecret {
  return {
    id,
    create_time: toTime(lastSyncMs - 90 * 24 * 60 * minuteMs, index),
    secret_suffix: ['k3Qz', 'Xw7e'][index] ?? 'aaaa',
    status: index === 0 ? 'ACTIVE' : 'INACTIVE',
    expire_time: index === 0 ? neverTime : toTime(lastSyncMs + 365 * 24 * 60 * minuteMs, index),
    last_used_time: index === 0 ? toTime(lastSyncMs, index) : neverTime,
    directory_id: directoryId,
  }
}

function toDirectory(plan: ScalekitDirectoryPlan, id: string, organizationId: string): ScalekitDirectory {
  return {
    id,
    name: plan.name,
    directory_type: plan.type,
    organization_id: organizationId,
    enabled: plan.isEnabled,
    directory_provider: plan.provider,
    last_synced_at: plan.status === 'DRAFT' ? neverTime : toTime(lastSyncMs, 0),
    directory_endpoint: plan.type === 'SCIM' ? toScimEndpoint(id) : '',
    total_users: plan.users,
    total_groups: plan.groups,
    secrets: [],
    stats: null,
    role_assignments: { assignments: [] },
    attribute_mappings: {
      attributes: [
        { key: 'email', map_to: 'emails[primary eq true].value' },
        { key: 'employee_id', map_to: 'externalId' },
      ],
    },
    status: plan.status,
    email: plan.email ?? '',
    groups_tracked: 'ALL',
  }
}

function toUser(person: Person, index: number, id: string, updatedAt: string): ScalekitUser {
  const isWithoutEmail = index % 31 === 17
  return {
    id,
    email: isWithoutEmail ? '' : person.email,
    preferred_username: index % 11 === 4 ? '' : person.username,
    given_name: index % 37 === 9 ? '' : person.givenName,
    family_name: person.familyName,
    updated_at: updatedAt,
    emails: isWithoutEmail ? [] : [person.email],
    user_detail: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      externalId: person.employeeNumber,
      userName: person.email,
      active: index % 19 !== 6,
      title: person.jobTitle,
      name: { givenName: person.givenName, familyName: person.familyName },
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: person.department },
    },
  }
}

/** Makes the Scalekit side: organizations, directories and rosters. */
export function seedScalekit(): ScalekitData {
  const random = createRandom(42)
  const createPerson = createPeople(23)
  let minted = 0
  const mint = (prefix: string, epochMs: number) => {
    minted += 1
    return `${prefix}_${toScalekitDigits(epochMs, minted * 37)}`
  }
  const data: ScalekitData = {
    organizations: [],
    directories: [],
    rosters: new Map(),
    tokens: new Map(),
    portalLinks: [],
  }

  const seedRoster = (plan: ScalekitDirectoryPlan, directory: ScalekitDirectory, domain: string) => {
    const startMs = lastSyncMs - 30 * 24 * 60 * minuteMs
    // Both arrays are made newest first; five rows in turn share one minute.
    const updatedMs = (index: number) => lastSyncMs - Math.floor(index / 5) * 17 * minuteMs
    const groups: ScalekitGroup[] = Array.from({ length: plan.groups }, (_, index) => ({
      id: mint('dirgroup', startMs),
      display_name: toTeamName(index),
      total_users: 0,
      updated_at: toTime(updatedMs(index * 5), index),
      group_detail: { displayName: toTeamName(index), externalId: `g-${index + 1}` },
    }))
    const users = Array.from({ length: plan.users }, (_, index) => {
      const person = plan.name === 'Farrow Entra ID' && index === 8 ? sharedPerson : createPerson(domain)
      return toUser(person, index, mint('diruser', startMs), toTime(updatedMs(index), Math.floor(index / 5)))
    })
    const groupIds = groups.map(({ id }) => id)
    const groupIdsByUser = new Map(users.map(({ id }, index) => [id, drawGroupIds(groupIds, index, random)]))
    for (const group of groups) {
      group.total_users = users.filter(({ id }) => groupIdsByUser.get(id)?.has(group.id)).length
    }
    data.rosters.set(directory.id, { users, groups, groupIdsByUser })
    directory.stats = {
      total_users: users.length,
      total_groups: groups.length,
      group_updated_at: groups[0]?.updated_at ?? null,
      user_updated_at: users[0]?.updated_at ?? null,
    }
    const [first] = groups
    if (!first) return
    directory.role_assignments = {
      assignments: [{ group_id: first.id, role_name: 'member', role_id: 'role_1' }],
    }
  }

  for (const company of scalekitCompanies) {
    const createdMs = Date.parse(company.createdAt)
    const organization = toOrganization(company, mint('org', createdMs))
    data.organizations.push(organization)
    for (const plan of company.directories) {
      const directory = toDirectory(plan, mint('dir', createdMs + minuteMs), organization.id)
      if (plan.type === 'SCIM') {
        directory.secrets = [0, 1].map(index => toSecret(mint('sec', createdMs), directory.id, index))
      }
      data.directories.push(directory)
      seedRoster(plan, directory, company.domain)
    }
  }
  return data
}
