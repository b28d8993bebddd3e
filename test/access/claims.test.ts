import { describe, expect, test } from 'vitest'
import { ADMIN } from './start-guarded-app.ts'
import {
  answerTo,
  claimsOf,
  idArguments,
  idsOf,
  type Meeting,
  meet,
  nobodyLike,
  PROVIDERS,
  type Tenant,
} from './tenants.ts'

const NODE = `query($id: ID!) { node(id: $id) {
  id ... on Directory { name users(first: 1) { totalCount } } ... on DirectoryUser { email groups { nodes { name } } }
  ... on DirectoryGroup { name users(first: 1) { nodes { email } } }
} }`
const KEYS_ONLY = 'query($id: ID!) { node(id: $id) { __typename id } }'
const MEMBERS = `query($directory: ID!, $group: ID!, $email: String) {
  directory(by: { id: $directory }) {
    users(first: 5, filter: { groupId: $group, email: $email }) { totalCount nodes { id email } edges { cursor } }
  }
}`

/** How the other organization's records may be, besides whole; WorkOS has sent all of these. */
const RECORDS: Readonly<Record<string, (meeting: Meeting) => void>> = {
  whole: () => {},
  'without their organization': meeting => strip(meeting, ['organization_id']),
  'without their directory': meeting => strip(meeting, ['directory_id']),
  'without either': meeting => strip(meeting, ['organization_id', 'directory_id']),
  'in a directory without an organization': meeting => {
    strip(meeting, ['organization_id'])
    const directory = workosDirectory(meeting, meeting.theirs) as { organization_id?: string }
    delete directory.organization_id
  },
}

/** Takes fields out of the records of everybody in the other organization's directory. */
function strip({ app, theirs }: Meeting, fields: readonly string[]): void {
  const { users = [], groups = [] } = app.sandbox.data[theirs.provider].rosters.get(theirs.directory) ?? {}
  for (const record of users) for (const field of fields) Reflect.deleteProperty(record, field)
  // The stand-in finds a group's people by the group's own record, so that keeps its directory.
  for (const group of groups)
    if (fields.includes('organization_id')) Reflect.deleteProperty(group, 'organization_id')
}

function workosDirectory({ app }: Meeting, { directory }: Tenant) {
  const found = app.sandbox.data.workos.directories.find(({ id }) => id === directory)
  if (!found) throw new Error(`the sandbox has no directory ${directory}`)
  return found
}

/** What a claim is answered, and what the same claim to an object that nobody has. */
async function bothAnswers(meeting: Meeting, query: string, variablesOf: (theirs: Tenant) => object) {
  const { theirs } = meeting
  const answer = await answerTo(meeting, { query, variables: { ...variablesOf(theirs) } })
  const toNobody = await answerTo(meeting, { query, variables: { ...variablesOf(nobodyLike(theirs)) } })
  return { answer, toNobody }
}

test('every argument that takes an id is one that these tests know', () => {
  expect(idArguments()).toEqual([
    'Directory.users(filter.groupId)',
    'Mutation.createDirectory(input.organizationId)',
    'Mutation.createDirectorySecret(input.directoryId)',
    'Mutation.createPortalLink(input.organizationId)',
    'Mutation.deleteDirectory(input.directoryId)',
    'Mutation.disableDirectory(input.directoryId)',
    'Mutation.disableScim(input.organizationId)',
    'Mutation.enableDirectory(input.directoryId)',
    'Mutation.enableScim(input.organizationId)',
    'Mutation.syncDirectory(input.directoryId)',
    'Query.directories(filter.organizationId)',
    'Query.directory(by.id)',
    'Query.directory(by.scalekit.directoryId)',
    'Query.directory(by.scalekit.organizationId)',
    'Query.directory(by.workosId)',
    'Query.node(id)',
    'Query.nodes(ids)',
    'Query.organization(by.id)',
    'Query.organization(by.scalekitId)',
    'Query.organization(by.workosId)',
    // Those of subscriptions are in `test/subscription/rules.test.ts`.
    'Subscription.directoryEvents(directoryId)',
    'Subscription.directoryEvents(organizationId)',
  ])
})

describe.for(PROVIDERS)(
  'at %s, an id that claims the caller’s organization for another’s object',
  provider => {
    test.for(Object.entries(RECORDS))('is as good as none, records being %s', async ([, prepare]) => {
      const meeting = await meet(provider)
      if (provider === 'workos') prepare(meeting)
      // What the caller has seen of the own directory needs no proof any more.
      await answerTo(meeting, { query: NODE, variables: { id: idsOf(meeting.mine).Directory } })
      const claims = Object.keys(claimsOf(meeting.mine, meeting.theirs)) as (keyof ReturnType<
        typeof claimsOf
      >)[]
      for (const claim of claims) {
        for (const query of [NODE, KEYS_ONLY]) {
          const { answer, toNobody } = await bothAnswers(meeting, query, theirs => ({
            id: claimsOf(meeting.mine, theirs)[claim],
          }))
          expect(answer.text, claim).toBe('{"data":{"node":null}}')
          expect(answer.headers, claim).toEqual(toNobody.headers)
          if (prepare === RECORDS.whole) expect(answer.calls, claim).toBe(toNobody.calls)
        }
      }
    })

    test.for(Object.entries(RECORDS))(
      'lists nobody as a group to filter by, records being %s',
      async ([, prepare]) => {
        const meeting = await meet(provider)
        if (provider === 'workos') prepare(meeting)
        const { mine } = meeting
        for (const email of [null, meeting.theirs.email]) {
          const { answer, toNobody } = await bothAnswers(meeting, MEMBERS, theirs => ({
            directory: idsOf(mine).Directory,
            group: claimsOf(mine, theirs)['a group in my directory'],
            email,
          }))
          expect(answer).toEqual(toNobody)
          expect(answer.text).not.toMatch(/"id"|@/)
        }
      },
    )

    test('lists nobody as an empty group to filter by', async () => {
      const meeting = await meet(provider)
      const { mine } = meeting
      for (const { groupIdsByUser } of meeting.app.sandbox.data[provider].rosters.values())
        groupIdsByUser.clear()
      const { answer, toNobody } = await bothAnswers(meeting, MEMBERS, theirs => ({
        directory: idsOf(mine).Directory,
        group: claimsOf(mine, theirs)['a group in my directory'],
      }))
      expect(answer).toEqual(toNobody)
      expect(answer.text).not.toMatch(/"id"|@/)
    })

    test('is as good as none where the directory is empty', async () => {
      const meeting = await meet(provider)
      meeting.app.sandbox.data[provider].rosters.get(meeting.theirs.directory)?.users.splice(0)
      meeting.app.sandbox.data[provider].rosters.get(meeting.theirs.directory)?.groups.splice(0)
      for (const by of ['id', ...(provider === 'scalekit' ? ['scalekit'] : [])]) {
        const { answer, toNobody } = await bothAnswers(
          meeting,
          `query($by: DirectoryBy!) { directory(by: $by) {
          id users { totalCount nodes { id } } groups { totalCount nodes { id } }
        } }`,
          theirs => ({
            by:
              by === 'id'
                ? { id: claimsOf(meeting.mine, theirs)['a directory'] }
                : { scalekit: { organizationId: meeting.mine.organization, directoryId: theirs.directory } },
          }),
        )
        expect(answer.text).toBe('{"data":{"directory":null}}')
        expect(answer).toEqual(toNobody)
      }
    })

    test('is as good as none among ids that are the caller’s own', async () => {
      const meeting = await meet(provider)
      const { mine } = meeting
      const { answer, toNobody } = await bothAnswers(
        meeting,
        'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        theirs => ({
          ids: [idsOf(mine).DirectoryUser, ...Object.values(claimsOf(mine, theirs)), idsOf(mine).Directory],
        }),
      )
      expect(answer.text).toBe(toNobody.text)
      expect(JSON.parse(answer.text).data.nodes).toEqual([
        { id: idsOf(mine).DirectoryUser },
        ...Array(5).fill(null),
        { id: idsOf(mine).Directory },
      ])
    })

    test('does not find an own user under another directory of the own organization', async () => {
      const meeting = await meet(provider)
      const { mine, app } = meeting
      const other = app.sandbox.data[provider].directories.find(
        ({ id, organization_id }) => organization_id === mine.organization && id !== mine.directory,
      )
      const moved = { ...mine, directory: other?.id ?? '' }
      const { text } = await answerTo(meeting, { query: NODE, variables: { id: idsOf(moved).DirectoryUser } })
      expect(text).toBe('{"data":{"node":null}}')
    })
  },
)

test.for([
  ['whole', RECORDS.whole],
  ['without their organization', RECORDS['without their organization']],
] as const)(
  'not even the admin finds people by a group under a directory that is not its own, records being %s',
  async ([, prepare]) => {
    const meeting = await meet('workos')
    prepare?.(meeting)
    const { mine, theirs } = meeting
    const variables = {
      directory: idsOf(mine).Directory,
      group: claimsOf(mine, theirs)['a group in my directory'],
    }
    const { text } = await answerTo({ ...meeting, me: ADMIN }, { query: MEMBERS, variables })
    expect(JSON.parse(text)).toMatchObject({
      data: { directory: { users: null } },
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    })
  },
)

describe('an own record of old', () => {
  test('is found where it does not say which organization it is of', async () => {
    const meeting = await meet('workos')
    strip({ ...meeting, theirs: meeting.mine }, ['organization_id'])
    const { text } = await answerTo(meeting, {
      query: KEYS_ONLY,
      variables: { id: idsOf(meeting.mine).DirectoryUser },
    })
    expect(JSON.parse(text).data.node.id).toBe(idsOf(meeting.mine).DirectoryUser)
    const ids = { directory: idsOf(meeting.mine).Directory, group: idsOf(meeting.mine).DirectoryGroup }
    const members = await answerTo(meeting, { query: MEMBERS, variables: ids })
    expect(JSON.parse(members.text).data.directory.users.nodes.length).toBeGreaterThan(0)
  })
})

describe('a directory without an organization', () => {
  test('is no user’s, by whatever id', async () => {
    const meeting = await meet('workos')
    const { theirs } = meeting
    const directory = workosDirectory(meeting, theirs) as { organization_id?: string }
    delete directory.organization_id
    const nowhere = idsOf({ ...theirs, organization: '-' })
    for (const id of [
      nowhere.Directory,
      nowhere.DirectoryUser,
      nowhere.DirectoryGroup,
      idsOf(theirs).Directory,
    ]) {
      const answer = await answerTo(meeting, { query: KEYS_ONLY, variables: { id } })
      expect(answer).toMatchObject({ text: '{"data":{"node":null}}', calls: 0 })
    }
    const query = 'query($id: ID!) { directory(by: { workosId: $id }) { id } }'
    const byBareId = await answerTo(meeting, { query, variables: { id: theirs.directory } })
    expect(byBareId.text).toBe('{"data":{"directory":null}}')
  })
})

describe('a record that a provider sends in the wrong place', () => {
  test('is not shown: a user of another organization in a list of the own directory', async () => {
    const meeting = await meet('workos')
    const { app, mine, theirs } = meeting
    const [stranger] = app.sandbox.data.workos.rosters.get(theirs.directory)?.users ?? []
    if (stranger) app.sandbox.data.workos.rosters.get(mine.directory)?.users.push(stranger)
    const query =
      'query($id: ID!) { directory(by: { id: $id }) { enabled users(first: 5) { nodes { email } } } }'
    const { text } = await answerTo(meeting, { query, variables: { id: idsOf(mine).Directory } })
    expect(text).not.toContain(stranger?.email)
    expect(JSON.parse(text)).toMatchObject({
      data: { directory: { enabled: true, users: null } },
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    })
  })
})
