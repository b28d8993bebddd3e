import { toScalekitDigits, toSequentialUlid } from './minted-ids.ts'
import type { SandboxData } from './sandbox-data.ts'
import { type ScalekitDirectory, type ScalekitOrganization, toScimEndpoint } from './scalekit-records.ts'
import { type RosterPlan, toScalekitRoster, toWorkosRoster } from './seed-scale-rosters.ts'
import type { WorkosDirectory, WorkosOrganization } from './workos-records.ts'

/** What a sandbox holds beyond the seeded companies, for measurements. */
export interface Scale {
  /** Adds to each side one organization with a directory of that many users. */
  users?: number
  /** Adds to each side that many organizations, each with a directory of 30 users and 6 groups. */
  organizations?: number
}

/** A made-up company: one organization with one directory. */
interface ScaleCompany extends RosterPlan {
  name: string
  directoryName: string
}

// Later than every seeded company's creation, so that the added ones lead both lists.
const extraSinceMs = Date.parse('2026-08-01T00:00:00.000Z')
const minuteMs = 60_000

function toLargeCompany(users: number): ScaleCompany {
  return {
    name: 'Scale Test Company',
    directoryName: 'Scale',
    createdAt: '2020-02-02T02:02:02.020Z',
    domain: 'scale.example',
    users,
    groups: 50,
  }
}

function toExtraCompany(_: unknown, index: number): ScaleCompany {
  return {
    name: `Extra Company ${index + 1}`,
    directoryName: `Extra ${index + 1}`,
    createdAt: new Date(extraSinceMs + index * minuteMs).toISOString(),
    domain: `extra${index + 1}.example`,
    users: 30,
    groups: 6,
  }
}

function toWorkosCompany({ name, directoryName, createdAt, users, groups }: ScaleCompany) {
  const ulid = toSequentialUlid(Date.parse(createdAt), 0)
  const times = { created_at: createdAt, updated_at: createdAt }
  const organization: WorkosOrganization = {
    object: 'organization',
    id: `org_${ulid}`,
    name,
    domains: [],
    metadata: {},
    external_id: null,
    ...times,
  }
  const directory: WorkosDirectory = {
    object: 'directory',
    id: `directory_${ulid}`,
    organization_id: organization.id,
    external_key: directoryName.toLowerCase().replace(' ', '-'),
    type: 'generic scim v2.0',
    state: 'linked',
    name: directoryName,
    metadata: { users: { active: users, inactive: 0 }, groups },
    ...times,
  }
  return { organization, directory }
}

function toScalekitCompany({ name, directoryName, createdAt, users, groups }: ScaleCompany) {
  const digits = toScalekitDigits(Date.parse(createdAt), 0)
  const organization: ScalekitOrganization = {
    id: `org_${digits}`,
    create_time: createdAt,
    update_time: createdAt,
    display_name: name,
    region_code: 'US',
    metadata: {},
    settings: { features: [{ name: 'dir_sync', enabled: true }] },
  }
  const totals = { total_users: users, total_groups: groups }
  const directory: ScalekitDirectory = {
    id: `dir_${digits}`,
    name: directoryName,
    directory_type: 'SCIM',
    organization_id: organization.id,
    enabled: true,
    directory_provider: 'OKTA',
    last_synced_at: createdAt,
    directory_endpoint: toScimEndpoint(`dir_${digits}`),
    ...totals,
    secrets: [],
    stats: { ...totals, group_updated_at: createdAt, user_updated_at: createdAt },
    role_assignments: { assignments: [] },
    attribute_mappings: { attributes: [] },
    status: 'COMPLETED',
    email: '',
    groups_tracked: 'ALL',
  }
  return { organization, directory }
}

/** The oldest organization of each side, which comes last in its list. */
function addLargeCompany({ workos, scalekit, known }: SandboxData, users: number): void {
  const company = toLargeCompany(users)
  const atWorkos = toWorkosCompany(company)
  workos.organizations.unshift(atWorkos.organization)
  workos.directories.unshift(atWorkos.directory)
  workos.rosters.set(atWorkos.directory.id, toWorkosRoster(atWorkos.directory, company))
  known.workosScaleOrganizationId = atWorkos.organization.id
  known.workosScaleDirectoryId = atWorkos.directory.id

  const atScalekit = toScalekitCompany(company)
  scalekit.organizations.push(atScalekit.organization)
  scalekit.directories.push(atScalekit.directory)
  scalekit.rosters.set(atScalekit.directory.id, toScalekitRoster(company))
  known.scalekitScaleOrganizationId = atScalekit.organization.id
  known.scalekitScaleDirectoryId = atScalekit.directory.id
}

/** The newest organizations of each side, which come first in its list. */
function addExtraCompanies({ workos, scalekit, known }: SandboxData, count: number): void {
  const companies = Array.from({ length: count }, toExtraCompany)
  for (const company of companies) {
    const { organization, directory } = toWorkosCompany(company)
    workos.organizations.push(organization)
    workos.directories.push(directory)
    workos.rosters.set(directory.id, toWorkosRoster(directory, company))
    known.workosExtraDirectoryIds.push(directory.id)
  }
  const newestFirst = companies.toReversed().map(company => ({ company, ...toScalekitCompany(company) }))
  scalekit.organizations.unshift(...newestFirst.map(({ organization }) => organization))
  scalekit.directories.unshift(...newestFirst.map(({ directory }) => directory))
  for (const { company, directory } of newestFirst) {
    scalekit.rosters.set(directory.id, toScalekitRoster(company))
    known.scalekitExtraDirectoryIds.unshift(directory.id)
  }
}

/** Adds what the setting asks for. */
export function addScale(data: SandboxData, { users, organizations = 0 }: Scale): void {
  if (users !== undefined) addLargeCompany(data, users)
  addExtraCompanies(data, organizations)
}
