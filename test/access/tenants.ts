import { randomInt } from 'node:crypto'
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { schema } from '../../src/schema/index.ts'
import { globalId } from '../support/start-app.ts'
import { callsOf, type GuardedApp, type GuardedAppSettings, startGuardedApp } from './start-guarded-app.ts'

export type Provider = 'workos' | 'scalekit'
export const PROVIDERS = ['workos', 'scalekit'] as const

/** An organization and one object of each kind in it, by the provider's own ids, and by what else they can be found. */
export interface Tenant {
  readonly provider: Provider
  readonly organization: string
  readonly directory: string
  readonly user: string
  readonly group: string
  readonly organizationName: string
  readonly externalId: string
  readonly directoryName: string
  readonly email: string
}

/** Organizations by name, as the sandbox has them. */
const MINE = { workos: 'Kestrel & Finch LLP', scalekit: 'Farrow & Lindqvist' } as const
const THEIRS = { workos: 'Halden Robotics', scalekit: 'Vantage Point Analytics' } as const

/** A caller of one organization, with the objects of its own and of another organization. */
export interface Meeting {
  readonly app: GuardedApp
  readonly me: Record<string, string>
  readonly mine: Tenant
  /** Of the same provider, unless the test asks for the other's. */
  readonly theirs: Tenant
}

/** A user of an organization of a provider, who meets an organization that is not the user's. */
export async function meet(
  provider: Provider,
  whose: Provider = provider,
  settings: GuardedAppSettings = {},
): Promise<Meeting> {
  const app = await startGuardedApp({ provider, ...settings })
  const mine = tenantOf(app.sandbox, provider, MINE[provider])
  return {
    app,
    me: await app.as(mine.organization),
    mine,
    theirs: tenantOf(app.sandbox, whose, THEIRS[whose]),
  }
}

function tenantOf({ data }: Sandbox, provider: Provider, name: string): Tenant {
  const { organizations, directories, rosters } = data[provider]
  const nameOf = (one: object) => ('name' in one ? one.name : (one as { display_name: string }).display_name)
  const organization = organizations.find(one => nameOf(one) === name)
  const directory = directories.find(
    one => one.organization_id === organization?.id && (rosters.get(one.id)?.groups.length ?? 0) > 2,
  )
  const roster = rosters.get(directory?.id ?? '')
  const person = roster?.users.find(({ email }) => email && email !== data.known.sharedEmail)
  const group = roster?.groups[1]
  if (!organization || !directory || !person || !group) throw new Error(`the sandbox has no whole ${name}`)
  return {
    provider,
    organization: organization.id,
    directory: directory.id,
    user: person.id,
    group: group.id,
    organizationName: name,
    externalId: organization.external_id ?? '',
    directoryName: directory.name,
    email: person.email ?? '',
  }
}

/** The same with ids and names of the same form that nobody has. */
export function nobodyLike(tenant: Tenant): Tenant {
  const { provider, ...names } = tenant
  const made = Object.entries(names).map(([name, text]) => [name, unlike(text)])
  return { provider, ...Object.fromEntries(made) }
}

/** The prefix of an id stays, and every other character becomes some other one of its kind. */
export function unlike(text: string): string {
  const prefix = /^[a-z]+_([a-z]+_)?/.exec(text)?.[0] ?? ''
  const rest = text.slice(prefix.length)
  const made = rest
    .replace(/[0-9]/g, () => String(randomInt(10)))
    .replace(/[A-Z]/g, () => pick('ABCDEFGHJKMNPQRSTVWXYZ'))
  return `${prefix}${/[0-9A-Z]/.test(made) ? made : made.replace(/[a-z]/g, () => pick('bcdfghjklmnpqrstvwxyz'))}`
}

function pick(letters: string): string {
  return letters.charAt(randomInt(letters.length))
}

/** The global ids of a tenant's objects, as the tenant itself would get them. */
export function idsOf({ provider, organization, directory, user, group }: Tenant) {
  return {
    Organization: globalId('Organization', provider, organization),
    Directory: globalId('Directory', provider, organization, directory),
    DirectoryUser: globalId('DirectoryUser', provider, organization, directory, user),
    DirectoryGroup: globalId('DirectoryGroup', provider, organization, directory, group),
  }
}

/** Ids that name somebody's object, and claim that it is in the caller's organization. */
export function claimsOf({ provider, organization, directory }: Tenant, theirs: Tenant) {
  const path = [provider, organization] as const
  return {
    'a directory': globalId('Directory', ...path, theirs.directory),
    'a user in its directory': globalId('DirectoryUser', ...path, theirs.directory, theirs.user),
    'a user in my directory': globalId('DirectoryUser', ...path, directory, theirs.user),
    'a group in its directory': globalId('DirectoryGroup', ...path, theirs.directory, theirs.group),
    'a group in my directory': globalId('DirectoryGroup', ...path, directory, theirs.group),
  }
}

export interface Ask {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** What an ask is answered, all of it but what changes with every answer, and what was called for it. */
export async function answerTo({ app, me }: Pick<Meeting, 'app' | 'me'>, ask: Ask) {
  app.sandbox.clearCalls()
  const { status, headers, text } = await app.post(ask, me)
  return { status, headers: Object.fromEntries(headers), text, calls: callsOf(app).length }
}

const PAGING = new Set(['first', 'after', 'last', 'before'])

/** Every argument of a type's fields that says which objects are meant, down to the fields of its inputs. */
export function waysOf(type: GraphQLObjectType | null | undefined): string[] {
  return Object.values(type?.getFields() ?? {}).flatMap(field => {
    const paths = argumentsOf(field)
    return paths.length === 0 ? [field.name] : paths.map(path => `${field.name}(${path})`)
  })
}

/** Every argument anywhere in the schema that takes an id. */
export function idArguments(): string[] {
  return Object.values(schema.getTypeMap())
    .filter(type => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap(type =>
      Object.values((type as GraphQLObjectType).getFields()).flatMap(field => idsAmong(type.name, field)),
    )
    .sort()
}

function idsAmong(type: string, field: GraphQLField<unknown, unknown>): string[] {
  return field.args
    .flatMap(flatten)
    .flatMap(([path, name]) => (name === 'ID' ? [`${type}.${field.name}(${path})`] : []))
}

function argumentsOf(field: GraphQLField<unknown, unknown>): string[] {
  return field.args
    .filter(({ name }) => !PAGING.has(name))
    .flatMap(flatten)
    .map(([path]) => path)
}

function flatten({ name, type }: GraphQLArgument | GraphQLInputField): (readonly [string, string])[] {
  const named = getNamedType(type)
  if (!isInputObjectType(named)) return [[name, named.name]]
  return Object.values(named.getFields())
    .flatMap(flatten)
    .map(([path, leaf]) => [`${name}.${path}`, leaf] as const)
}
