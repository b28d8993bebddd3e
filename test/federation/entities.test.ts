import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { post } from '../http/send.ts'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import { globalId, startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ dirgraph: { federation: true, reportCost: true } })
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(() => app.stop())

const SELECTION = `__typename
  ... on Organization { id name directories(first: 1) { nodes { name } } }
  ... on Directory { id name users(first: 1) { nodes { name } } }
  ... on DirectoryUser { id email groups { nodes { name } } }
  ... on DirectoryGroup { id name }`
const ENTITIES = `query($them: [_Any!]!) { _entities(representations: $them) { ${SELECTION} } }`
const NODES = `query($them: [ID!]!) { nodes(ids: $them) { ${SELECTION} } }`

interface Cost {
  readonly dirgraph: { readonly estimatedCalls: number; readonly upstreamCalls: number }
}

const refer = (__typename: unknown, id: unknown) => ({ __typename, id })

/** By the type in the id, as a gateway knows it. */
function referBack(id: string) {
  const [kind] = Buffer.from(id, 'base64url').toString().split(':')
  return refer(kind, id)
}

function idsOfAllKinds(): string[] {
  const { known } = app.sandbox.data
  return [
    organizationId('workos', known.workosOrganizationId),
    organizationId('scalekit', known.scalekitOrganizationId),
    directoryId(app.sandbox, known.workosSmallDirectoryId),
    directoryId(app.sandbox, known.scalekitMediumDirectoryId),
    userId(app.sandbox, known.workosUserId),
    userId(app.sandbox, known.scalekitUserId),
    groupId(app.sandbox, known.workosGroupId),
    groupId(app.sandbox, known.scalekitLargeGroupId),
  ]
}

const entitiesOf = async (them: readonly unknown[]) => {
  const { data, errors, extensions } = await app.query(ENTITIES, { them })
  return { found: data?._entities, errors, cost: (extensions as unknown as Cost)?.dirgraph }
}

const callsMade = () =>
  app.sandbox.calls
    .map(({ path }) => path)
    .filter(path => path !== '/oauth/token')
    .sort()

describe('entities', () => {
  test('are what `nodes` answers, by the same calls and at the same estimate', async () => {
    const ids = idsOfAllKinds()
    const nodes = await app.query(NODES, { them: ids })
    const calls = callsMade()
    app.sandbox.clearCalls()
    const { found, errors, cost } = await entitiesOf(ids.map(referBack))
    expect(errors).toBeUndefined()
    expect(found).toEqual(nodes.data?.nodes)
    expect(callsMade()).toEqual(calls)
    expect(cost.estimatedCalls).toBe((nodes.extensions as unknown as Cost).dirgraph.estimatedCalls)
    expect(cost.estimatedCalls).toBeGreaterThanOrEqual(cost.upstreamCalls)
  })

  test('are asked for once however often they are referred to', async () => {
    const [id = ''] = idsOfAllKinds()
    const { found, cost } = await entitiesOf(Array(100).fill(referBack(id)))
    expect(found).toHaveLength(100)
    // The organization's record and its directories.
    expect(cost).toMatchObject({ upstreamCalls: 2 })
  })

  test('stand in a document as well as in variables', async () => {
    const [id] = idsOfAllKinds()
    const query = `query($id: ID!) {
      _entities(representations: [{ __typename: "Organization", id: $id }, { __typename: "Organization", id: "${id}" }]) {
        ... on Node { id }
      }
    }`
    const { data, errors } = await app.query(query, { id })
    expect(errors).toBeUndefined()
    expect(data).toEqual({ _entities: [{ id }, { id }] })
  })

  test('take no call where what is selected of a list shows that they are there', async () => {
    const [id] = idsOfAllKinds()
    await app.query(
      'query($them: [_Any!]!) { _entities(representations: $them) { ... on Organization { id directories { nodes { name } } } } }',
      { them: [refer('Organization', id)] },
    )
    expect(callsMade()).toEqual(['/directories'])
  })
})

describe('a representation', () => {
  const UNFIT: [string, (fit: string) => unknown][] = [
    ['of another type than its id', id => refer('Directory', id)],
    ['of a type that there is not', id => refer('Invoice', id)],
    ['of the interface', id => refer('Node', id)],
    ['of a type that is no entity', id => refer('PageInfo', id)],
    ['of a type by a name that every object has', id => refer('constructor', id)],
    ['without a type', id => ({ id })],
    ['whose type is no text', id => refer({ toString: 'Organization' }, id)],
    ['whose id is of another’s form', () => refer('Organization', 'cus_1')],
    ['whose id is empty', () => refer('Organization', '')],
    ['whose id is a number', () => refer('Organization', 7)],
    ['whose id is a list', id => refer('Organization', [id])],
    ['whose id is longer than any', id => refer('Organization', id.repeat(99))],
    ['whose id leads elsewhere', () => refer('Organization', globalId('Organization', 'workos', '../x'))],
    ['without an id', () => ({ __typename: 'Organization' })],
    ['that is a text', id => id],
    ['that is a number', () => 0],
    ['that is a list', id => [refer('Organization', id)]],
  ]
  const UNKNOWN = refer('Organization', globalId('Organization', 'workos', 'org_01UNKNOWN'))

  test.each(UNFIT)('%s is null like one that nobody knows, and the others stand', async (_what, unfit) => {
    const [fit = ''] = idsOfAllKinds()
    const ask = (them: readonly unknown[]) =>
      post(app.dirgraph, {
        query: 'query($them: [_Any!]!) { _entities(representations: $them) { ... on Node { id } } }',
        variables: { them },
      })
    const { text } = await ask([unfit(fit), referBack(fit), unfit(fit)])
    const { data, errors } = JSON.parse(text)
    expect({ data, errors }).toEqual({ data: { _entities: [null, { id: fit }, null] }, errors: undefined })
    app.sandbox.clearCalls()
    expect(JSON.parse((await ask([unfit(fit)])).text).data).toEqual({ _entities: [null] })
    expect(callsMade()).toEqual([])
  })

  test('that can not be looked up is null with an error in its place', async () => {
    const [workos = '', scalekit = ''] = idsOfAllKinds()
    const heal = app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 403, path: /^\/api/ })
    const { found, errors } = await entitiesOf([referBack(scalekit), UNKNOWN, referBack(workos)])
    heal()
    expect(found).toMatchObject([null, null, { id: workos }])
    expect(errors).toMatchObject([
      { path: ['_entities', 0], extensions: { code: 'FORBIDDEN', provider: 'SCALEKIT' } },
    ])
  })

  test('that is null is refused, as any list of what can not be null', async () => {
    const { errors } = await entitiesOf([null])
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })
})

describe('the limits', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => referBack(globalId('Organization', 'workos', `org_${index}`)))

  const ask = (query: string, them: readonly unknown[]) => post(app.dirgraph, { query, variables: { them } })

  test.each([
    ['good ones', many(101)],
    ['unfit ones', Array(101).fill({})],
  ])('take a hundred references, and no more, be they %s', async (_what, them) => {
    const refused = await ask(ENTITIES, them)
    expect(refused).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
    expect(refused.json?.errors?.[0]?.message).toBe('`representations` takes 100 ids at most.')
    expect(callsMade()).toEqual([])
    expect(await ask(ENTITIES, them.slice(1))).toMatchObject({ status: 200, codes: [] })
  })

  test('count what references lead to', async () => {
    const deep = `query($them: [_Any!]!) { _entities(representations: $them) {
      ... on Organization { directories { nodes { users(first: 100) { nodes { name } } } } }
    } }`
    expect(await ask(deep, many(100))).toMatchObject({ status: 400, codes: ['QUERY_TOO_COSTLY'] })
    expect(callsMade()).toEqual([])
  })

  test('hold for a document as for any', async () => {
    const aliased = Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')
    const nested = `${'directories { nodes { organization { '.repeat(5)} id ${'} } }'.repeat(5)}`
    const root = Array.from({ length: 21 }, () => '_entities(representations: $them) { __typename }').join(
      ' ',
    )
    for (const query of [
      `query($them: [_Any!]!) { _entities(representations: $them) { ${aliased} } }`,
      `query($them: [_Any!]!) { _entities(representations: $them) { ... on Organization { ${nested} } } }`,
      `query($them: [_Any!]!) { ${root} }`,
    ]) {
      expect(await ask(query, many(1))).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
    }
    const heap = { ...refer('Organization', 'x'), heap: Array(1_000).fill(0) }
    expect(await ask(ENTITIES, [heap])).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
    expect(callsMade()).toEqual([])
  })
})
