import { createRandom, toUlid } from './minted-ids.ts'
import type { Roster, WorkosData } from './sandbox-data.ts'
import { createPeople, drawGroupIds, type Person, toTeamName } from './seed-people.ts'
import { sharedPerson } from './seed-shared-person.ts'
import { type WorkosCompanyPlan, type WorkosDirectoryPlan, workosCompanies } from './seed-workos-companies.ts'
import { toActivatedEventData } from './workos-event-data.ts'
import type {
  WorkosDirectory,
  WorkosDomain,
  WorkosEvent,
  WorkosGroup,
  WorkosOrganization,
  WorkosUser,
} from './workos-records.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** The day the seeded world was last synced. */
const lastSyncMs = Date.parse('2026-09-01T06:00:00.000Z')

type Mint = (prefix: string, epochMs: number) => string

function toTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function byCreation(
  one: { created_at: string; id: string },
  other: { created_at: string; id: string },
): number {
  const [left, right] = [one.created_at + one.id, other.created_at + other.id]
  return left < right ? -1 : 1
}

function toDomain(
  plan: { domain: string; state: string },
  organizationId: string,
  at: number,
  mint: Mint,
): WorkosDomain {
  const id = mint('org_domain', at)
  if (plan.state === 'legacy') return { object: 'organization_domain', id, domain: plan.domain }
  return {
    object: 'organization_domain',
    id,
    organization_id: organizationId,
    domain: plan.domain,
    state: plan.state,
    verification_strategy: plan.state === 'legacy_verified' ? 'manual' : 'dns',
    ...(plan.state === 'pending' && { verification_prefix: 'workos', verification_token: 'q5xk2vcl8bd1n0' }),
    created_at: toTime(at),
    updated_at: toTime(at + hourMs),
  }
}

function toOrganization(plan: WorkosCompanyPlan, mint: Mint): WorkosOrganization {
  const at = Date.parse(plan.createdAt)
  const id = mint('org', at)
  return {
    object: 'organization',
    id,
    name: plan.name,
    allow_profiles_outside_organization: false,
    domains: plan.domains.map(domain => toDomain(domain, id, at, mint)),
    ...(plan.metadata && { metadata: plan.metadata }),
    ...(plan.externalId !== undefined && { external_id: plan.externalId }),
    created_at: plan.createdAt,
    updated_at: toTime(at + 40 * dayMs),
  }
}

function toState(index: number): string {
  if (index % 23 === 7) return 'inactive'
  return index % 41 === 11 ? 'suspended' : 'active'
}

// Three kinds of address: top-level, only in `emails` (as in old bodies), and none at all.
function toEmails(person: Person, index: number): Pick<WorkosUser, 'email' | 'emails'> {
  if (index % 53 === 20) return { email: null, emails: [] }
  const emails = [
    { primary: false, type: 'home', value: null },
    { primary: true, type: 'work', value: person.email },
  ]
  if (index % 17 === 5) return { email: null, emails }
  return index % 6 === 0 ? { email: person.email } : { email: person.email, emails }
}

function toUser(
  person: Person,
  index: number,
  directory: WorkosDirectory,
  at: number,
  mint: Mint,
): WorkosUser {
  const isBare = index % 6 === 0
  return {
    object: 'directory_user',
    id: mint('directory_user', at),
    directory_id: directory.id,
    organization_id: directory.organization_id,
    idp_id: `${directory.external_key}-${person.employeeNumber}`,
    ...toEmails(person, index),
    first_name: index % 29 === 13 ? null : person.givenName,
    last_name: person.familyName,
    ...(!isBare && {
      name: `${person.givenName} ${person.familyName}`,
      job_title: person.jobTitle,
      username: person.email,
    }),
    state: toState(index),
    ...(index % 4 === 1 && { role: { slug: 'admin' }, roles: [{ slug: 'admin' }, { slug: 'member' }] }),
    ...(index % 4 === 2 && { role: { slug: 'member' } }),
    raw_attributes: isBare ? {} : { userName: person.email, active: toState(index) === 'active' },
    custom_attributes: isBare
      ? {}
      : { department_name: person.department, employee_id: person.employeeNumber, city: person.city },
    created_at: toTime(at),
    updated_at: toTime(Math.min(at + (index % 90) * dayMs, lastSyncMs)),
  }
}

function toGroup(index: number, directory: WorkosDirectory, at: number, mint: Mint): WorkosGroup {
  return {
    object: 'directory_group',
    id: mint('directory_group', at),
    idp_id: `${directory.external_key}-g${index + 1}`,
    directory_id: directory.id,
    organization_id: directory.organization_id,
    name: toTeamName(index),
    ...(index % 3 !== 0 && { raw_attributes: { displayName: toTeamName(index) } }),
    created_at: toTime(at),
    updated_at: toTime(Math.min(at + index * dayMs, lastSyncMs)),
  }
}

// The first sync imports three quarters in batches of 500 that share one instant; the rest joins later.
function toJoinedAt(index: number, plan: WorkosDirectoryPlan, linkedAt: number): number {
  const imported = Math.floor(plan.users * 0.75)
  if (index < imported) return linkedAt + hourMs + Math.floor(index / 500) * 60_000
  const left = lastSyncMs - linkedAt - dayMs
  return linkedAt + dayMs + Math.floor((left * (index - imported)) / (plan.users - imported + 1))
}

/** Makes the WorkOS side: organizations, directories, rosters, and the log of one directory's first sync. */
export function seedWorkos(): WorkosData {
  const random = createRandom(20_260_901)
  const mint: Mint = (prefix, epochMs) => `${prefix}_${toUlid(epochMs, random)}`
  const createPerson = createPeople(11)
  const data: WorkosData = {
    organizations: [],
    directories: [],
    rosters: new Map(),
    events: [],
    deletions: new Map(),
  }

  const seedRoster = (plan: WorkosDirectoryPlan, directory: WorkosDirectory, domain: string) => {
    const linkedAt = Date.parse(directory.created_at)
    const groups = Array.from({ length: plan.groups }, (_, index) =>
      toGroup(index, directory, linkedAt + hourMs, mint),
    )
    const users = Array.from({ length: plan.users }, (_, index) => {
      const person = plan.name === 'Kestrel Entra ID' && index === 3 ? sharedPerson : createPerson(domain)
      return toUser(person, index, directory, toJoinedAt(index, plan, linkedAt), mint)
    })
    const groupIds = groups.map(({ id }) => id)
    const groupIdsByUser = new Map(users.map(({ id }, index) => [id, drawGroupIds(groupIds, index, random)]))
    data.rosters.set(directory.id, {
      users: users.sort(byCreation),
      groups: groups.sort(byCreation),
      groupIdsByUser,
    })
    if (plan.isUncounted) return
    const active = users.filter(({ state }) => state === 'active').length
    directory.metadata = { users: { active, inactive: users.length - active }, groups: groups.length }
  }

  for (const company of workosCompanies) {
    const organization = toOrganization(company, mint)
    data.organizations.push(organization)
    for (const [index, plan] of company.directories.entries()) {
      const at = Date.parse(company.createdAt) + (index + 2) * dayMs
      const directory: WorkosDirectory = {
        object: 'directory',
        id: mint('directory', at),
        organization_id: organization.id,
        external_key: `${plan.type.slice(0, 4).trim()}${Math.floor(random() * 2 ** 40).toString(36)}`,
        type: plan.type,
        state: plan.state,
        name: plan.name,
        ...(plan.domain !== undefined && { domain: plan.domain }),
        created_at: toTime(at),
        updated_at: toTime(at + 3 * hourMs),
      }
      data.directories.push(directory)
      seedRoster(plan, directory, company.domains[0]?.domain ?? 'nimbusfreight.example')
    }
  }
  data.directories.sort(byCreation)
  data.events = seedEvents(data, mint)
  return data
}

function toSyncEvents(directory: WorkosDirectory, roster: Roster<WorkosUser, WorkosGroup>) {
  return [
    { event: 'dsync.activated', data: toActivatedEventData(directory) },
    ...roster.users.map(user => ({ event: 'dsync.user.created', data: { ...user } })),
    ...roster.groups.map(group => ({ event: 'dsync.group.created', data: { ...group } })),
    ...roster.users.flatMap(user =>
      roster.groups
        .filter(({ id }) => roster.groupIdsByUser.get(user.id)?.has(id))
        .map(group => ({
          event: 'dsync.group.user_added',
          data: { directory_id: directory.id, user, group },
        })),
    ),
  ]
}

function seedEvents(data: WorkosData, mint: Mint): WorkosEvent[] {
  const directory = data.directories.find(({ type }) => type === 'nimbus id v3')
  const roster = directory && data.rosters.get(directory.id)
  if (!roster) return []
  return toSyncEvents(directory, roster).map(({ event, data: eventData }, index) => {
    const at = lastSyncMs + index * 1000
    return { object: 'event', id: mint('event', at), event, data: eventData, created_at: toTime(at) }
  })
}
