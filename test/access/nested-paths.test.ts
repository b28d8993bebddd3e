import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../src/schema/index.ts'
import { callsOf } from './start-guarded-app.ts'
import { idsOf, meet, PROVIDERS, type Provider } from './tenants.ts'

const HOPS = 3

/** Room for one document that goes everywhere. */
const NO_LIMITS = {
  maxTokens: 100_000,
  maxDepth: 100,
  maxAliases: 1_000,
  maxBodyBytes: 9_000_000,
  maxEstimatedCalls: 1_000_000,
  maxUpstreamCalls: 10_000,
}

/** All that can be selected of a type, over so many hops from one entity to the next. */
function selectionOf(type: GraphQLObjectType, hops: number): string {
  const fields = Object.values(type.getFields()).flatMap(({ name, type: output, args }) => {
    if (args.some(argument => isNonNullType(argument.type) && argument.defaultValue === undefined)) return []
    const isPaged = args.some(argument => argument.name === 'first')
    const selection = partsOf(output, hops)
    return selection === null ? [] : [`${name}${isPaged ? '(first: 2)' : ''}${selection}`]
  })
  return `{ ${fields.join(' ')} }`
}

function partsOf(output: GraphQLOutputType, hops: number): string | null {
  const type = getNamedType(output)
  if (!isObjectType(type)) return ''
  const isEntity = type.getInterfaces().some(({ name }) => name === 'Node')
  if (isEntity && hops === 0) return null
  if (type.name.endsWith('Connection') && hops === 0) return ' { totalCount }'
  return ` ${selectionOf(type, isEntity ? hops - 1 : hops)}`
}

function typeOf(name: string): GraphQLObjectType {
  return schema.getType(name) as GraphQLObjectType
}

/** Every id of a provider’s object in an answer, those inside global ids and cursors included. */
function upstreamIdsIn(text: string): Set<string> {
  const decoded = [...text.matchAll(/"([A-Za-z0-9_-]{24,})"/g)].map(([, word = '']) =>
    Buffer.from(word, 'base64url').toString('latin1'),
  )
  const found = [text, ...decoded]
    .join('\n')
    .matchAll(/\b(org|directory|directory_user|directory_group|dir|diruser|dirgroup)_[A-Za-z0-9]{6,}/g)
  return new Set([...found].map(([id]) => id))
}

/** The ids of all objects of an organization. */
function ownIds(
  data: Awaited<ReturnType<typeof meet>>['app']['sandbox']['data'],
  provider: Provider,
  organization: string,
) {
  const { directories, rosters } = data[provider]
  const own = directories
    .filter(({ organization_id }) => organization_id === organization)
    .map(({ id }) => id)
  const members = own.flatMap(id => {
    const { users = [], groups = [] } = rosters.get(id) ?? {}
    return [...users, ...groups].map(member => member.id)
  })
  return new Set([organization, ...own, ...members])
}

describe.for(PROVIDERS)('for a user of %s', provider => {
  const KINDS = ['Organization', 'Directory', 'DirectoryUser', 'DirectoryGroup'] as const

  test.for(KINDS)('every path from an own %s stays within the organization', async kind => {
    const { app, me, mine } = await meet(provider, provider, { dirgraph: NO_LIMITS })
    const query = `query($id: ID!) { node(id: $id) { ... on ${kind} ${selectionOf(typeOf(kind), HOPS)} } }`
    const { status, text } = await app.post({ query, variables: { id: idsOf(mine)[kind] } }, me)
    expect(status).toBe(200)
    const found = upstreamIdsIn(text)
    expect(found.size).toBeGreaterThan(3)
    const own = ownIds(app.sandbox.data, provider, mine.organization)
    expect([...found].filter(id => !own.has(id))).toEqual([])
    expect(callsOf(app).length).toBeGreaterThan(0)
  })

  test('every path from the lists at the root stays within the organization', async () => {
    const { app, me, mine } = await meet(provider, provider, { dirgraph: NO_LIMITS })
    const query = selectionOf(schema.getQueryType() as GraphQLObjectType, HOPS)
    const { status, text } = await app.post({ query }, me)
    expect(status).toBe(200)
    expect(Object.keys(JSON.parse(text).data).sort()).toEqual(['directories', 'organizations', 'providers'])
    const own = ownIds(app.sandbox.data, provider, mine.organization)
    expect([...upstreamIdsIn(text)].filter(id => !own.has(id))).toEqual([])
  })
})
