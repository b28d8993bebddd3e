import { describe, expect, test } from 'vitest'
import { schema } from '../../src/schema/index.ts'
import { callsOf } from './start-guarded-app.ts'
import { type Ask, answerTo, idsOf, meet, nobodyLike, PROVIDERS, type Tenant, waysOf } from './tenants.ts'

const KINDS = ['Organization', 'Directory', 'DirectoryUser', 'DirectoryGroup'] as const
const NODE =
  '__typename id ... on Organization { name } ... on Directory { name } ... on DirectoryUser { email } ... on DirectoryGroup { name }'
const ORGANIZATION = 'id name directories { nodes { id } }'
const DIRECTORY = 'id name organization { name } users(first: 2) { nodes { email } }'

interface Way {
  /** Asks for the objects of a tenant in this way, by one who is of another organization. */
  readonly asks: (whose: Tenant, mine: Tenant) => readonly Ask[]
  /** Whether the argument tells whose the object is, so that nothing has to be asked. */
  readonly isTold: boolean
}

/** Every way to name an object at the root; without one of them the first test fails. */
const WAYS: Readonly<Record<string, Way>> = {
  'node(id)': {
    isTold: true,
    asks: whose =>
      KINDS.map(kind => ({
        query: `query($id: ID!) { node(id: $id) { ${NODE} } }`,
        variables: { id: idsOf(whose)[kind] },
      })),
  },
  'nodes(ids)': {
    isTold: true,
    asks: whose => [
      {
        query: `query($ids: [ID!]!) { nodes(ids: $ids) { ${NODE} } }`,
        variables: { ids: Object.values(idsOf(whose)) },
      },
    ],
  },
  'organization(by.id)': { isTold: true, asks: whose => organization({ id: idsOf(whose).Organization }) },
  'organization(by.workosId)': {
    isTold: true,
    asks: whose => organization({ workosId: whose.organization }),
  },
  'organization(by.scalekitId)': {
    isTold: true,
    asks: whose => organization({ scalekitId: whose.organization }),
  },
  'organizations(filter.provider)': { isTold: false, asks: () => [] },
  'organizations(filter.externalId)': {
    isTold: false,
    asks: ({ externalId }) => organizations({ externalId }),
  },
  'organizations(filter.search)': {
    isTold: false,
    asks: ({ organizationName }) => organizations({ search: organizationName }),
  },
  'directory(by.id)': { isTold: true, asks: whose => directory({ id: idsOf(whose).Directory }) },
  'directory(by.workosId)': { isTold: false, asks: whose => directory({ workosId: whose.directory }) },
  'directory(by.scalekit.organizationId)': {
    isTold: true,
    asks: whose =>
      directory({ scalekit: { organizationId: whose.organization, directoryId: whose.directory } }),
  },
  'directory(by.scalekit.directoryId)': {
    isTold: false,
    asks: (whose, mine) =>
      directory({ scalekit: { organizationId: mine.organization, directoryId: whose.directory } }),
  },
  'directories(filter.provider)': { isTold: false, asks: () => [] },
  'directories(filter.organizationId)': {
    isTold: true,
    asks: whose => directories({ organizationId: idsOf(whose).Organization }),
  },
  'directories(filter.search)': {
    isTold: false,
    asks: ({ directoryName }) => directories({ search: directoryName }),
  },
  'directoryUsersByEmail(email)': {
    isTold: false,
    asks: ({ email }) => [
      {
        query: 'query($email: String!) { directoryUsersByEmail(email: $email) { id email } }',
        variables: { email },
      },
    ],
  },
  providers: { isTold: false, asks: () => [] },
}

function organization(by: object): Ask[] {
  const query = `query($by: OrganizationBy!) { organization(by: $by) { ${ORGANIZATION} } }`
  return [{ query, variables: { by } }]
}

function directory(by: object): Ask[] {
  const query = `query($by: DirectoryBy!) { directory(by: $by) { ${DIRECTORY} } }`
  return [{ query, variables: { by } }]
}

const PAGE = 'totalCount edges { cursor } pageInfo { hasNextPage endCursor }'

function organizations(filter: object): Ask[] {
  const query = `query($filter: OrganizationFilter) { organizations(filter: $filter) { ${PAGE} nodes { ${ORGANIZATION} } } }`
  return [{ query, variables: { filter } }]
}

function directories(filter: object): Ask[] {
  const query = `query($filter: DirectoryFilter) { directories(filter: $filter) { ${PAGE} nodes { ${DIRECTORY} } } }`
  return [{ query, variables: { filter } }]
}

test('every way to name an object at the root is tried', () => {
  expect(waysOf(schema.getQueryType()).sort()).toEqual(Object.keys(WAYS).sort())
})

const MEETINGS = PROVIDERS.flatMap(provider => PROVIDERS.map(whose => [provider, whose] as const))

describe.for(MEETINGS)('for a user of %s, an organization of %s', ([provider, whose]) => {
  test.for(Object.entries(WAYS))('is as good as none by %s', async ([, { asks, isTold }]) => {
    const meeting = await meet(provider, whose)
    const { mine, theirs } = meeting
    for (const [index, ask] of asks(theirs, mine).entries()) {
      const answer = await answerTo(meeting, ask)
      const toNobody = await answerTo(meeting, asks(nobodyLike(theirs), mine)[index] as Ask)
      expect(answer).toEqual(toNobody)
      expect(answer.text).not.toContain(theirs.organizationName)
      if (isTold) expect(answer.calls).toBe(0)
    }
  })
})

describe.for(PROVIDERS)('for a user of %s', provider => {
  test('the own organization is found in each of these ways', async () => {
    const meeting = await meet(provider)
    const { mine } = meeting
    for (const [name, { asks }] of Object.entries(WAYS)) {
      if (/workosId/.test(name) && provider === 'scalekit') continue
      if (/scalekit/.test(name) && provider === 'workos') continue
      for (const ask of asks(mine, mine)) {
        const { text } = await answerTo(meeting, ask)
        expect(JSON.parse(text).errors, name).toBeUndefined()
        expect(text, name).toMatch(/"(id|email|nodes)":("|\[\{)/)
      }
    }
  })

  test('the lists hold what is in the own organization, whatever their filter', async () => {
    const { app, me, mine } = await meet(provider)
    const { text } = await app.post(
      {
        query: `{
          all: organizations { totalCount nodes { upstreamId } pageInfo { hasNextPage } }
          workos: organizations(filter: { provider: WORKOS }) { nodes { upstreamId } }
          scalekit: organizations(filter: { provider: SCALEKIT }) { nodes { upstreamId } }
          directories { nodes { organization { upstreamId } } }
          atWorkos: directories(filter: { provider: WORKOS }) { nodes { organization { upstreamId } } }
          atScalekit: directories(filter: { provider: SCALEKIT }) { nodes { organization { upstreamId } } }
          shared: directoryUsersByEmail(email: "${app.sandbox.data.known.sharedEmail}") { organization { upstreamId } }
          providers { provider }
        }`,
      },
      me,
    )
    const own = { upstreamId: mine.organization }
    const ownDirectories = { nodes: [{ organization: own }, { organization: own }] }
    const here = (name: string) => name === provider
    expect(JSON.parse(text)).toEqual({
      data: {
        all: { totalCount: 1, nodes: [own], pageInfo: { hasNextPage: false } },
        workos: { nodes: here('workos') ? [own] : [] },
        scalekit: { nodes: here('scalekit') ? [own] : [] },
        directories: ownDirectories,
        atWorkos: here('workos') ? ownDirectories : { nodes: [] },
        atScalekit: here('scalekit') ? ownDirectories : { nodes: [] },
        shared: [{ organization: own }],
        providers: [{ provider: provider.toUpperCase() }],
      },
    })
  })
})

test.for(PROVIDERS)('an e-mail address is looked for in the own directories alone, at %s', async provider => {
  const meeting = await meet(provider)
  const { app, me, mine, theirs } = meeting
  const { text } = await app.post(
    { query: `{ directoryUsersByEmail(email: "${mine.email}") { email } }` },
    me,
  )
  expect(JSON.parse(text).data.directoryUsersByEmail).toEqual([{ email: mine.email }])
  const asked = callsOf(app).join('\n')
  expect(asked).toContain(mine.directory)
  expect(asked).not.toContain(theirs.directory)
  expect(asked).not.toContain(theirs.organization)
})

test('a bare id of another organization’s directory costs the one read that a bare id costs', async () => {
  const meeting = await meet('workos')
  const ask = (workosId: string) => answerTo(meeting, directory({ workosId })[0] as Ask)
  expect((await ask(meeting.theirs.directory)).calls).toBe(1)
  expect((await ask(nobodyLike(meeting.theirs).directory)).calls).toBe(1)
})

test('a bare id of a directory of WorkOS costs a user of Scalekit nothing', async () => {
  const meeting = await meet('scalekit', 'workos')
  const [ask] = directory({ workosId: meeting.theirs.directory })
  expect(await answerTo(meeting, ask as Ask)).toMatchObject({ text: '{"data":{"directory":null}}', calls: 0 })
})
