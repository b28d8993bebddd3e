import { type DescMessage, fromJson, type JsonValue } from '@bufbuild/protobuf'
import { EmptySchema } from '@bufbuild/protobuf/wkt'
import {
  CreateDirectoryResponseSchema,
  CreateDirectorySecretResponseSchema,
  GetDirectoryResponseSchema,
  ListDirectoriesResponseSchema,
  ListDirectoryGroupsResponseSchema,
  ListDirectoryUsersResponseSchema,
  RegenerateDirectorySecretResponseSchema,
  ToggleDirectoryResponseSchema,
  UpdateDirectoryResponseSchema,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/directories/directories_pb.js'
import { ErrorInfoSchema } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/errdetails/errdetails_pb.js'
import {
  GeneratePortalLinkResponseSchema,
  GetOrganizationResponseSchema,
  ListOrganizationsResponseSchema,
  SearchOrganizationsResponseSchema,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { type RequestOptions, requestScalekit } from './sandbox-requests.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox()
})

afterAll(() => sandbox.stop())

/** The answer as the official descriptor reads it; an unknown field or a wrong type throws. */
async function read<Schema extends DescMessage>(schema: Schema, path: string, options?: RequestOptions) {
  const answer = await requestScalekit<JsonValue>(sandbox, path, options)
  expect(answer.status, answer.text).toBe(200)
  return fromJson(schema, answer.body, { ignoreUnknownFields: false })
}

// A message in JSON has a key for each field the gateway must write out, set or not.
function expectWhole(schema: DescMessage, json: Record<string, unknown>): void {
  const optional = schema.fields.filter(({ proto }) => proto.proto3Optional).map(({ name }) => name)
  const required = schema.fields.map(({ name }) => name).filter(name => !optional.includes(name))
  expect(Object.keys(json)).toEqual(expect.arrayContaining(required))
  for (const name of optional) expect(json[name] ?? 'unset').not.toBe('')
}

async function walkUsers(directory: string, detail: boolean) {
  const users = []
  let token = ''
  do {
    const query = `page_size=30&include_detail=${detail}&page_token=${token}`
    const page = await read(ListDirectoryUsersResponseSchema, `${directory}/users?${query}`)
    users.push(...page.users)
    token = page.nextPageToken
  } while (token !== '')
  return users
}

describe('the official Scalekit descriptors', () => {
  test('read every organization, directory, user and group there is', async () => {
    const { scalekit } = sandbox.data
    const { organizations, totalSize } = await read(ListOrganizationsResponseSchema, '/api/v1/organizations')
    expect(totalSize).toBe(5)
    let usersSeen = 0
    for (const { id } of organizations) {
      const path = `/api/v1/organizations/${id}`
      expect((await read(GetOrganizationResponseSchema, path)).organization?.id).toBe(id)
      const { directories } = await read(ListDirectoriesResponseSchema, `${path}/directories`)
      for (const directory of directories) {
        const one = `${path}/directories/${directory.id}`
        expect((await read(GetDirectoryResponseSchema, one)).directory).toEqual(directory)
        const users = await walkUsers(one, true)
        expect(users).toHaveLength(directory.totalUsers)
        expect(users.every(({ userDetail }) => userDetail !== undefined)).toBe(true)
        expect(await walkUsers(one, false)).toHaveLength(directory.totalUsers)
        usersSeen += users.length
        const summary = await read(ListDirectoryGroupsResponseSchema, `${one}/groups/summary`)
        expect(summary.groups).toHaveLength(directory.totalGroups)
        await read(ListDirectoryGroupsResponseSchema, `${one}/groups?include_detail=true&page_size=30`)
      }
    }
    expect(usersSeen).toBe([...scalekit.rosters.values()].reduce((sum, { users }) => sum + users.length, 0))
  })

  test('find every field written out that is not optional', async () => {
    const { scalekitOrganizationId, scalekitLargeDirectoryId } = sandbox.data.known
    const path = `/api/v1/organizations/${scalekitOrganizationId}/directories/${scalekitLargeDirectoryId}`
    const directory = await requestScalekit<{ directory: Record<string, unknown> }>(sandbox, path)
    const field = (schema: DescMessage, name: string): DescMessage => {
      const message = schema.field[name]?.message
      if (!message) throw new Error(`no message field ${name}`)
      return message
    }
    expectWhole(field(GetDirectoryResponseSchema, 'directory'), directory.body.directory)
    const users = await requestScalekit<Record<string, Record<string, unknown>[]>>(sandbox, `${path}/users`)
    expectWhole(ListDirectoryUsersResponseSchema, users.body)
    expectWhole(field(ListDirectoryUsersResponseSchema, 'users'), users.body.users?.[0] ?? {})
    const groups = await requestScalekit<Record<string, Record<string, unknown>[]>>(sandbox, `${path}/groups`)
    expectWhole(ListDirectoryGroupsResponseSchema, groups.body)
    expectWhole(field(ListDirectoryGroupsResponseSchema, 'groups'), groups.body.groups?.[0] ?? {})
    const list = await requestScalekit<Record<string, Record<string, unknown>[]>>(
      sandbox,
      '/api/v1/organizations',
    )
    expectWhole(ListOrganizationsResponseSchema, list.body)
    const organization = field(ListOrganizationsResponseSchema, 'organizations')
    for (const json of list.body.organizations ?? []) expectWhole(organization, json)
  })

  test('read the answer of every write', async () => {
    const path = `/api/v1/organizations/${sandbox.data.known.scalekitEmptyOrganizationId}`
    const post = { method: 'POST' }
    await read(SearchOrganizationsResponseSchema, '/api/v1/organizations:search?query=pinwheel')
    const features = [{ name: 'dir_sync', enabled: true }]
    const settings = await read(GetOrganizationResponseSchema, `${path}/settings`, {
      method: 'PATCH',
      body: JSON.stringify({ features }),
    })
    expect(settings.organization?.settings?.features).toMatchObject(features)
    const link = await read(GeneratePortalLinkResponseSchema, `${path}/portal_links`, { method: 'PUT' })
    expect(link.link?.expireTime).toBeDefined()
    const { directory } = await read(CreateDirectoryResponseSchema, `${path}/directories`, {
      ...post,
      body: JSON.stringify({ directory_type: 'LDAP' }),
    })
    const one = `${path}/directories/${directory?.id}`
    const body = JSON.stringify({ status: 'COMPLETED' })
    const updated = await read(UpdateDirectoryResponseSchema, one, { method: 'PATCH', body })
    expect(updated.directory?.status).toBe('COMPLETED')
    await read(CreateDirectorySecretResponseSchema, `${one}/secrets`, post)
    await read(RegenerateDirectorySecretResponseSchema, `${one}/secrets:regenerate`, post)
    await read(ToggleDirectoryResponseSchema, `${one}:enable`, { method: 'PATCH' })
    await read(ToggleDirectoryResponseSchema, `${one}:disable`, { method: 'PATCH' })
    await read(EmptySchema, `${one}:sync`)
    await read(EmptySchema, one, { method: 'DELETE' })
  })

  test('read the detail of a refusal', async () => {
    const { scalekitOrganizationId, scalekitLargeDirectoryId } = sandbox.data.known
    const path = `/api/v1/organizations/${scalekitOrganizationId}/directories/${scalekitLargeDirectoryId}`
    const { body } = await requestScalekit<{ details: Record<string, JsonValue>[] }>(
      sandbox,
      `${path}/users?page_size=31`,
    )
    const { '@type': type, ...detail } = body.details[0] ?? {}
    expect(type).toBe(`type.googleapis.com/${ErrorInfoSchema.typeName}`)
    const { validationErrorInfo } = fromJson(ErrorInfoSchema, detail, { ignoreUnknownFields: false })
    expect(validationErrorInfo?.fieldViolations[0]?.constraint).toBe('uint32.lte')
  })
})
