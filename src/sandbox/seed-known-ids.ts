import type { KnownIds, ScalekitData, WorkosData } from './sandbox-data.ts'
import { sharedPerson } from './seed-shared-person.ts'

function requireRow<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the seed no longer holds a row that the known ids name')
  return value
}

function findByName<Row extends { id: string }>(rows: Row[], name: string): Row {
  return requireRow(rows.find(row => 'name' in row && row.name === name))
}

function findWorkosIds({ organizations, directories, rosters }: WorkosData) {
  const inState = (state: string) => requireRow(directories.find(directory => directory.state === state)).id
  const large = findByName(directories, 'Halden Okta')
  const medium = findByName(directories, 'Kestrel Entra ID')
  const small = findByName(directories, '田中精機 Google Workspace')
  const { users, groups, groupIdsByUser } = requireRow(rosters.get(small.id))
  const largeRoster = requireRow(rosters.get(large.id))
  const halden = findByName(organizations, 'Halden Robotics')
  const sharedUser = rosters.get(medium.id)?.users.find(({ email }) => email === sharedPerson.email)
  return {
    workosOrganizationId: halden.id,
    workosOrganizationExternalId: requireRow(halden.external_id ?? undefined),
    workosOrganizationDomain: requireRow(halden.domains[0]).domain,
    workosTwoDirectoriesOrganizationId: findByName(organizations, 'Kestrel & Finch LLP').id,
    workosEmptyOrganizationId: findByName(organizations, 'Orchard Street Bakery').id,
    workosLargeDirectoryId: large.id,
    workosMediumDirectoryId: medium.id,
    workosSmallDirectoryId: small.id,
    workosUnlinkedDirectoryId: inState('unlinked'),
    workosValidatingDirectoryId: inState('validating'),
    workosInvalidCredentialsDirectoryId: inState('invalid_credentials'),
    workosDeletingDirectoryId: inState('deleting'),
    workosUncountedDirectoryId: requireRow(directories.find(({ metadata }) => !metadata)).id,
    workosLargeGroupId: findByName(largeRoster.groups, 'Everyone').id,
    workosUserId: requireRow(users.find(({ email }) => email !== null)).id,
    workosUserWithGroupsId: requireRow(users.find(({ id }) => (groupIdsByUser.get(id)?.size ?? 0) > 2)).id,
    workosUserWithoutEmailId: requireRow(
      users.find(({ email, emails }) => email === null && emails?.length === 0),
    ).id,
    workosUserEmailInListId: requireRow(users.find(({ email, emails }) => email === null && emails?.length))
      .id,
    workosGroupId: requireRow(groups[0]).id,
    workosSharedUserId: requireRow(sharedUser).id,
  }
}

function findScalekitIds({ organizations, directories, rosters }: ScalekitData) {
  const named = (name: string) => requireRow(organizations.find(({ display_name }) => display_name === name))
  const large = findByName(directories, 'Vantage Okta')
  const medium = findByName(directories, 'Farrow Entra ID')
  const { users, groupIdsByUser } = requireRow(rosters.get(medium.id))
  const vantage = named('Vantage Point Analytics')
  const largeGroups = requireRow(rosters.get(large.id)).groups
  return {
    scalekitOrganizationId: vantage.id,
    scalekitOrganizationExternalId: requireRow(vantage.external_id),
    scalekitTwoDirectoriesOrganizationId: named('Farrow & Lindqvist').id,
    scalekitScimOffOrganizationId: named('Cedar Hollow Schools').id,
    scalekitEmptyOrganizationId: named('Pinwheel Studio').id,
    scalekitLargeDirectoryId: large.id,
    scalekitMediumDirectoryId: medium.id,
    scalekitDisabledDirectoryId: findByName(directories, 'Farrow JumpCloud (old)').id,
    scalekitUnnamedDirectoryId: findByName(directories, '').id,
    scalekitLargeGroupId: requireRow(largeGroups.find(({ display_name }) => display_name === 'Everyone')).id,
    scalekitUserId: requireRow(users[0]).id,
    scalekitUserWithGroupsId: requireRow(users.find(({ id }) => (groupIdsByUser.get(id)?.size ?? 0) > 2)).id,
    scalekitUserWithoutEmailId: requireRow(users.find(({ email }) => email === '')).id,
    scalekitSharedUserId: requireRow(users.find(({ email }) => email === sharedPerson.email)).id,
  }
}

/** Looks up the ids that tests and examples name. */
export function findKnownIds(workos: WorkosData, scalekit: ScalekitData): KnownIds {
  return {
    ...findWorkosIds(workos),
    ...findScalekitIds(scalekit),
    sharedEmail: sharedPerson.email,
    workosScaleOrganizationId: null,
    workosScaleDirectoryId: null,
    scalekitScaleOrganizationId: null,
    scalekitScaleDirectoryId: null,
    workosExtraDirectoryIds: [],
    scalekitExtraDirectoryIds: [],
  }
}
