import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices } from '@theguild/federation-composition'
import { type GraphQLSchema, isObjectType, parse, printSchema } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../src/schema/index.ts'
import { printSubgraph } from '../../src/schema/print-subgraph.ts'
import { startApp } from '../support/start-app.ts'
import { BILLING } from './start-supergraph.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SDL = printSubgraph(schema)

/** What a composer says about subgraphs under these names. */
function compose(subgraphs: Record<string, string>) {
  const { errors, supergraphSdl } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      url: `http://${name}.test/graphql`,
      typeDefs: parse(sdl),
    })),
  )
  return { errors: errors?.map(({ message }) => message) ?? [], supergraphSdl }
}

test('`npm run schema -- --federation` prints what `_service` tells, and leaves schema.graphql alone', async () => {
  const file = resolve(ROOT, 'schema.graphql')
  const before = await readFile(file, 'utf8')
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['scripts/print-schema.ts', '--federation'], { cwd: ROOT })
  expect(stdout).toBe(`${SDL}\n`)
  expect(await readFile(file, 'utf8')).toBe(before)
  const app = await startApp({ dirgraph: { federation: true } })
  const { data } = await app.query('{ _service { sdl } }')
  await app.stop()
  expect(data).toEqual({ _service: { sdl: SDL } })
})

test('it composes alone', () => {
  const { errors, supergraphSdl } = compose({ dirgraph: SDL })
  expect(errors).toEqual([])
  expect(supergraphSdl).toContain('type Organization')
})

test('it composes with another Relay subgraph, which has `PageInfo`, `Node` and `node` too', () => {
  expect(compose({ dirgraph: SDL, billing: BILLING }).errors).toEqual([])
})

test('it composes with the subgraphs that the documentation shows, alone and together', async () => {
  const text = await readFile(resolve(ROOT, 'docs/federation.md'), 'utf8')
  const [adding = '', finding = ''] = [...text.matchAll(/^```graphql\n([\s\S]*?)^```$/gm)].map(
    ([, sdl]) => sdl,
  )
  expect(adding).toContain('plan: String')
  expect(finding).toContain('node(id: ID!): Node')
  expect(compose({ dirgraph: SDL, adding }).errors).toEqual([])
  expect(compose({ dirgraph: SDL, finding }).errors).toEqual([])
  expect(compose({ dirgraph: SDL, adding, finding }).errors).toEqual([])
})

test('Apollo’s own library takes it, and it defines the directive that Apollo’s composition does not know', () => {
  const built = buildSubgraphSchema(parse(SDL))
  expect(fieldsOf(built)).toEqual(expect.arrayContaining(['_entities', '_service', 'organizations']))
  expect(SDL).toContain('directive @oneOf on INPUT_OBJECT')
})

test('every node has its id for a key, and nothing else has one', () => {
  const nodes = Object.values(schema.getTypeMap()).filter(
    type => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
  )
  const keyed = [...SDL.matchAll(/^type (\w+) implements Node @key\(fields: "id"\) \{$/gm)].map(
    ([, name]) => name,
  )
  expect(keyed).toEqual(nodes.map(({ name }) => name))
  expect(keyed).toHaveLength(4)
  expect(SDL.match(/@key\(/g)).toHaveLength(4)
})

test('it has all that the schema has, but for `node` and `nodes`', () => {
  const definitions = parse(printSchema(schema)).definitions
  const others = parse(SDL).definitions.filter(
    ({ kind }) => !/SchemaExtension|DirectiveDefinition/.test(kind),
  )
  const names = (all: typeof definitions) => all.map(one => ('name' in one ? one.name?.value : null))
  expect(names(others)).toEqual(names(definitions))
  const ofQuery = /^type Query \{[^}]*^\}/m.exec(SDL)?.[0] ?? ''
  expect(ofQuery).not.toMatch(/^ {2}nodes?\(/m)
  expect(ofQuery).toMatch(/^ {2}organizations\(/m)
})

test('a server that is no subgraph has none of it', async () => {
  const app = await startApp()
  expect(fieldsOf(app.dirgraph.schema).filter(name => name.startsWith('_'))).toEqual([])
  for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
    expect(await app.query(query)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  }
  await app.stop()
})

function fieldsOf(schema: GraphQLSchema): string[] {
  return Object.keys(schema.getQueryType()?.getFields() ?? {})
}
