import { type GraphQLField, type GraphQLObjectType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import { schema } from '../../src/schema/index.ts'
import { globalId } from '../support/start-app.ts'
import { startServer, userOf } from './start-server.ts'

interface PothosExtensions {
  readonly access?: unknown
  readonly pothosOptions?: { readonly authScopes?: unknown; readonly skipTypeScopes?: unknown }
}

const objectTypes = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
)

function ruleOf({ extensions }: GraphQLObjectType | GraphQLField<unknown, unknown>) {
  const { access, pothosOptions } = extensions as PothosExtensions
  return { access, scopes: pothosOptions?.authScopes, isSkipped: pothosOptions?.skipTypeScopes === true }
}

describe('the schema', () => {
  test('has a rule for every type: one of its own, or that of what it is a part of', () => {
    const unruled = objectTypes.filter(type => {
      const { access, scopes } = ruleOf(type)
      return type !== schema.getMutationType() && scopes === undefined && access !== 'parent'
    })
    expect(unruled.map(({ name }) => name)).toEqual([])
  })

  test('has a rule of its own for everything that has a global id', () => {
    const nodes = objectTypes.filter(type => type.getInterfaces().some(({ name }) => name === 'Node'))
    expect(nodes.map(({ name }) => name).sort()).toEqual([
      'Directory',
      'DirectoryGroup',
      'DirectoryUser',
      'Organization',
    ])
    for (const type of nodes) expect(ruleOf(type).scopes, type.name).toBeTypeOf('function')
  })

  test('has one rule for all fields of the query, and none that gets around it', () => {
    const query = schema.getQueryType() as GraphQLObjectType
    expect(ruleOf(query).scopes).toEqual({ permission: 'directories:read' })
    for (const field of Object.values(query.getFields()))
      expect(ruleOf(field).isSkipped, field.name).toBe(false)
  })

  test('has a rule for each mutation', () => {
    const fields = Object.values(schema.getMutationType()?.getFields() ?? {})
    const rules = Object.fromEntries(fields.map(field => [field.name, ruleOf(field).scopes]))
    const write = { permission: 'directories:write' }
    expect(rules).toEqual({
      createDirectory: write,
      createDirectorySecret: { permission: 'directories:secrets' },
      createPortalLink: write,
      deleteDirectory: write,
      disableDirectory: write,
      disableScim: write,
      enableDirectory: write,
      enableScim: write,
      syncDirectory: write,
    })
  })

  test('has one rule for all subscriptions, and none that gets around it', () => {
    const subscription = schema.getSubscriptionType() as GraphQLObjectType
    expect(ruleOf(subscription).scopes).toEqual({ permission: 'directories:read' })
    for (const field of Object.values(subscription.getFields()))
      expect(ruleOf(field).isSkipped, field.name).toBe(false)
  })

  test('has a rule of its own for every event', () => {
    const events = objectTypes.filter(type =>
      type.getInterfaces().some(({ name }) => name === 'DirectoryEvent'),
    )
    expect(events).toHaveLength(12)
    for (const type of events) expect(ruleOf(type).scopes, type.name).toBeTypeOf('function')
  })
})

const unbound = (part: unknown) =>
  typeof part === 'object' && part !== null && 'boundTo' in part ? { ...part, boundTo: null } : part

function keptWithoutBound(kept: DirectoryProvider['kept']): DirectoryProvider['kept'] {
  return new Proxy(kept, {
    get(target, name) {
      const read = target[name as keyof typeof target] as (...parts: unknown[]) => unknown
      return (...parts: unknown[]) => read.apply(target, parts.map(unbound))
    },
  })
}

/** The provider as it is for callers who may see everything: no rule but the schema's is left. */
function withoutBound(provider: DirectoryProvider): DirectoryProvider {
  return new Proxy(provider, {
    get(target, name) {
      if (name === 'kept') return keptWithoutBound(target.kept)
      const method = target[name as keyof DirectoryProvider] as (...parts: unknown[]) => unknown
      return (...parts: unknown[]) => method.apply(target, parts.map(unbound))
    },
  })
}

/** A server on which only the schema’s rules stand between a user of WorkOS and everybody's data. */
async function startUnrestricted() {
  const { sandbox, post } = await startServer({
    restrict: withoutBound,
    callerOf: ({ known }) => userOf(`workos:${known.workosOrganizationId}`, ['directories:read']),
  })
  const ask = async (query: string, variables: object = {}) =>
    JSON.parse(await post({ query, variables })) as {
      data: Record<string, never>
      errors?: { message: string; extensions: { code: string } }[]
    }
  return { sandbox, ask }
}

describe('without the provider of the caller’s own', () => {
  test('the schema’s rules refuse every kind of object of another organization', async () => {
    const { sandbox, ask } = await startUnrestricted()
    const { workosTwoDirectoriesOrganizationId: theirs, workosMediumDirectoryId } = sandbox.data.known
    const roster = sandbox.data.workos.rosters.get(workosMediumDirectoryId)
    const path = ['workos', theirs, workosMediumDirectoryId]
    const ids = [
      globalId('Organization', 'workos', theirs),
      globalId('Directory', ...path),
      globalId('DirectoryUser', ...path, roster?.users[0]?.id ?? ''),
      globalId('DirectoryGroup', ...path, roster?.groups[0]?.id ?? ''),
      globalId('Organization', 'scalekit', sandbox.data.known.scalekitOrganizationId),
    ]
    const { data, errors } = await ask('query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }', { ids })
    expect(data).toEqual({ nodes: [null, null, null, null, null] })
    expect(errors?.map(({ extensions, message }) => [extensions.code, message])).toEqual([
      ...Array(4).fill(['NOT_FOUND', 'WorkOS has no such object.']),
      ['NOT_FOUND', 'Scalekit has no such object.'],
    ])
  })

  test('they leave of a list what is the caller’s own', async () => {
    const { sandbox, ask } = await startUnrestricted()
    const { data } = await ask('{ organizations(first: 50) { nodes { upstreamId } } }')
    const { nodes } = data.organizations as unknown as { nodes: ({ upstreamId: string } | null)[] }
    expect(nodes.length).toBeGreaterThan(5)
    expect(nodes.filter(node => node !== null)).toEqual([
      { upstreamId: sandbox.data.known.workosOrganizationId },
    ])
  })
})
