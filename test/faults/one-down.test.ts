import { describe, expect, test } from 'vitest'
import { callsTo, failuresOf, organizations, start } from './start-faults.ts'

const NESTED = 'nodes { name directories { nodes { name users(first: 2) { nodes { id } } } }'
const FAULTS = [
  ['refuses connections', { kind: 'reset' }],
  ['fails', { kind: 'status', status: 500 }],
  ['answers nothing', { kind: 'hang' }],
] as const

describe.each([
  ['WORKOS', 'SCALEKIT'],
  ['SCALEKIT', 'WORKOS'],
] as const)('20: while %s is down', (down, up) => {
  const provider = down === 'WORKOS' ? ('workos' as const) : ('scalekit' as const)

  test.each(FAULTS.slice(0, 2))(
    'that %s, the other’s data is there in full, and each field that failed has one error',
    async (_title, fault) => {
      const app = await start()
      const ofTheOther = `other: organizations(first: 20, filter: { provider: ${up} }) { ${NESTED} } }`
      const whole = await app.query(`{ ${ofTheOther} }`)
      expect(whole.errors).toBeUndefined()
      app.sandbox.inject({ provider, path: /^(?!\/oauth)/, ...fault })
      const answer = await app.query(
        `{ one: ${organizations(3, down)} two: ${organizations(4, down)} ${ofTheOther} }`,
      )
      expect(answer.data).toEqual({ one: null, two: null, ...whole.data })
      expect(failuresOf(answer).toSorted((a, b) => (String(a.path) < String(b.path) ? -1 : 1))).toMatchObject(
        [
          { path: 'one', code: 'UPSTREAM_UNAVAILABLE', provider: down },
          { path: 'two', code: 'UPSTREAM_UNAVAILABLE', provider: down },
        ],
      )
    },
  )

  test('that answers nothing, what other fields ask of the other is there in full', async () => {
    const app = await start({ dirgraph: { operationTimeoutMs: 1_500 } })
    const ofTheOther = `directories(first: 3, filter: { provider: ${up} }) { nodes { name users(first: 2) { nodes { id } } } }`
    const whole = await app.query(`{ ${ofTheOther} }`)
    app.sandbox.inject({ provider, path: /^(?!\/oauth)/, kind: 'hang' })
    const answer = await app.query(`{ ${organizations(3, down)} ${ofTheOther} }`)
    expect(answer.data).toEqual({ organizations: null, ...whole.data })
    expect(failuresOf(answer)).toMatchObject([{ path: 'organizations', provider: down, reason: 'timeout' }])
  })

  // Known: lists of one kind are one batch of a loader, and its slowest slot holds up all of them.
  test('that answers nothing, what the same field asks of the other is there in full', async () => {
    const app = await start({ dirgraph: { operationTimeoutMs: 1_500 } })
    const ofTheOther = `other: organizations(first: 3, filter: { provider: ${up} }) { ${NESTED} } }`
    const whole = await app.query(`{ ${ofTheOther} }`)
    app.sandbox.inject({ provider, path: /^(?!\/oauth)/, kind: 'hang' })
    const answer = await app.query(`{ one: ${organizations(3, down)} ${ofTheOther} }`)
    expect(answer.data).toEqual({ one: null, ...whole.data })
  })

  test('that answers nothing about what is nested, the other’s lists within the same list are there in full', async () => {
    const app = await start({ dirgraph: { operationTimeoutMs: 1_500 } })
    const query = `{ organizations(first: 50) { ${NESTED} } } }`
    type Nodes = { organizations: { nodes: { directories: unknown }[] } }
    const whole = await app.query<Nodes>(query)
    const path = provider === 'workos' ? /^\/directories/ : /\/directories/
    app.sandbox.inject({ provider, path, kind: 'hang' })
    const { data, errors = [] } = await app.query<Nodes>(query)
    const wholeNodes = whole.data?.organizations.nodes ?? []
    const nodes = data?.organizations.nodes ?? []
    const missing = nodes.filter(({ directories }) => directories === null)
    expect(missing).toHaveLength(down === 'WORKOS' ? 7 : 5)
    expect(errors).toHaveLength(missing.length)
    expect(nodes.filter(node => !missing.includes(node))).toEqual(
      wholeNodes.filter((_node, index) => nodes[index]?.directories !== null),
    )
  })

  test.each(FAULTS)(
    'that %s, a list over both has one error in its place and the other’s in full',
    async (_title, fault) => {
      const app = await start()
      const ofTheOther = await app.query<{ organizations: { nodes: unknown[] } }>(
        `{ ${organizations(50, up)} }`,
      )
      app.sandbox.inject({ provider, path: /^(?!\/oauth)/, ...fault })
      const startedAt = performance.now()
      const answer = await app.query<{ organizations: { nodes: unknown[] } }>(
        '{ organizations(first: 50) { nodes { id name } } }',
      )
      expect(performance.now() - startedAt).toBeLessThan(10_000)
      expect(failuresOf(answer)).toMatchObject([{ provider: down, code: 'UPSTREAM_UNAVAILABLE' }])
      const nodes = answer.data?.organizations.nodes ?? []
      expect(nodes.filter(node => node === null)).toHaveLength(1)
      expect(nodes.filter(node => node !== null)).toEqual(ofTheOther.data?.organizations.nodes)
      expect(callsTo(app, provider).length).toBeLessThanOrEqual(4)
    },
  )
})

test('an organization of Scalekit whose directories are not told holds up none of the others', async () => {
  const app = await start({ dirgraph: { operationTimeoutMs: 1_000 } })
  const query = `{ organizations(first: 50, filter: { provider: SCALEKIT }) { ${NESTED} } } }`
  type Nodes = { organizations: { nodes: { directories: unknown }[] } }
  const whole = await app.query<Nodes>(query)
  const path = new RegExp(`/${app.sandbox.data.known.scalekitTwoDirectoriesOrganizationId}/directories$`)
  app.sandbox.inject({ provider: 'scalekit', path, kind: 'hang' })
  const { data, errors = [] } = await app.query<Nodes>(query)
  const nodes = data?.organizations.nodes ?? []
  expect(errors).toHaveLength(1)
  expect(nodes.filter(({ directories }) => directories === null)).toHaveLength(1)
  expect(nodes.filter(({ directories }) => directories !== null)).toEqual(
    whole.data?.organizations.nodes.filter((_node, index) => nodes[index]?.directories !== null),
  )
})
