import { expect, test } from 'vitest'
import { start } from './start-faults.ts'

interface Directories {
  readonly directories: {
    readonly nodes: readonly {
      readonly id: string
      readonly upstreamId: string
      readonly users: { readonly nodes: readonly { readonly groups: unknown }[] } | null
    }[]
  }
}

const MEMBERS = 'users(first: 5) { nodes { id groups(first: 5) { nodes { id name } } } }'

test.each([
  ['WORKOS', 'workos'],
  ['SCALEKIT', 'scalekit'],
] as const)(
  'while the users of one directory of %s never come, those of the others do, with what is below them',
  async (name, provider) => {
    const app = await start({ dirgraph: { operationTimeoutMs: 2_000 } })
    const query = `{ directories(first: 4, filter: { provider: ${name} }) { nodes { id upstreamId ${MEMBERS} } } }`
    const whole = (await app.query<Directories>(query)).data?.directories.nodes ?? []
    const down = whole.find(({ users }) => users !== null && users.nodes.length > 0)?.upstreamId
    app.sandbox.inject({ provider, path: new RegExp(`users\\b.*${down}|${down}/users`), kind: 'hang' })
    const { data, errors } = await app.query<Directories>(query)
    const expected = whole.map(node => (node.upstreamId === down ? { ...node, users: null } : node))
    expect(data?.directories.nodes).toEqual(expected)
    expect(expected.flatMap(({ users }) => users?.nodes ?? []).length).toBeGreaterThan(0)
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
  },
)
