import type { Upstream } from '../upstream/sandbox-child.ts'
import { toGlobalId } from './global-id.ts'
import type { PlainGroup, PlainPage, PlainUser } from './nested-schema.ts'

interface WorkosList<Row> {
  readonly data: readonly Row[]
  readonly list_metadata: { readonly after: string | null }
}

export interface RestOrganization {
  readonly provider: 'workos' | 'scalekit'
  readonly id: string
  readonly name: string
}

export interface RestDirectory {
  readonly provider: 'workos' | 'scalekit'
  readonly id: string
  readonly organizationId: string
  readonly state: string
}

export interface RestList<T> {
  readonly items: readonly T[]
  readonly isMore: boolean
}

type Emails = readonly { readonly primary?: boolean; readonly value: string | null }[]

/** Both REST APIs by plain `fetch`: a function a call, with no retry, no cache, no limit and no check. */
export function createRest({ workos, scalekit }: Upstream) {
  let token: Promise<string> | undefined

  async function getWorkos<T>(path: string): Promise<T> {
    const headers = { authorization: `Bearer ${workos.apiKey}` }
    return readJson(await fetch(`${workos.apiUrl}/${path}`, { headers }))
  }

  async function requestToken(): Promise<string> {
    const { environmentUrl, clientId, clientSecret } = scalekit
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    const response = await fetch(`${environmentUrl}/oauth/token`, { method: 'POST', body })
    return (await readJson<{ access_token: string }>(response)).access_token
  }

  async function getScalekit<T>(path: string): Promise<T> {
    token ??= requestToken()
    const headers = { authorization: `Bearer ${await token}` }
    return readJson(await fetch(`${scalekit.environmentUrl}/api/v1/${path}`, { headers }))
  }

  const memberPath = ({ organizationId, id }: RestDirectory) =>
    `organizations/${organizationId}/directories/${id}`
  const memberId = (kind: string, { provider, organizationId, id }: RestDirectory, member: string) =>
    toGlobalId(kind, provider, organizationId, id, member)

  return {
    async workosOrganizations(limit: number): Promise<RestList<RestOrganization>> {
      const list = await getWorkos<WorkosList<{ id: string; name: string }>>(
        `organizations?limit=${limit}&order=desc`,
      )
      const items = list.data.map(({ id, name }) => ({ provider: 'workos' as const, id, name }))
      return { items, isMore: list.list_metadata.after !== null }
    },

    async scalekitOrganizations(size: number): Promise<RestList<RestOrganization>> {
      const list = await getScalekit<{
        organizations: readonly { id: string; display_name: string }[]
        next_page_token: string
      }>(`organizations?page_size=${size}`)
      const items = list.organizations.map(({ id, display_name }) => ({
        provider: 'scalekit' as const,
        id,
        name: display_name,
      }))
      return { items, isMore: list.next_page_token !== '' }
    },

    /** Of one organization, or of all of them when none is named. */
    async workosDirectories(organizationId: string | null, limit: number): Promise<readonly RestDirectory[]> {
      const filter = organizationId === null ? '' : `organization_id=${organizationId}&`
      const list = await getWorkos<WorkosList<{ id: string; organization_id: string; state: string }>>(
        `directories?${filter}limit=${limit}&order=desc`,
      )
      return list.data.map(({ id, organization_id, state }) => ({
        provider: 'workos',
        id,
        organizationId: organization_id,
        state,
      }))
    },

    async scalekitDirectories(organizationId: string): Promise<readonly RestDirectory[]> {
      const { directories } = await getScalekit<{
        directories: readonly { id: string; status: string }[]
      }>(`organizations/${organizationId}/directories`)
      return directories.map(({ id, status }) => ({
        provider: 'scalekit',
        id,
        organizationId,
        state: status,
      }))
    },

    async users(directory: RestDirectory, first: number): Promise<PlainPage<PlainUser>> {
      const toUser = ({ id, email, emails }: { id: string; email: string | null; emails?: Emails }) => ({
        id: memberId('DirectoryUser', directory, id),
        email: email || (emails?.find(({ primary }) => primary) ?? emails?.[0])?.value || null,
      })
      if (directory.provider === 'workos') {
        const list = await getWorkos<WorkosList<{ id: string; email: string | null; emails?: Emails }>>(
          `directory_users?directory=${directory.id}&limit=${first}&order=desc`,
        )
        return { nodes: list.data.map(toUser), pageInfo: { hasNextPage: list.list_metadata.after !== null } }
      }
      const { users, next_page_token } = await getScalekit<{
        users: readonly { id: string; email: string }[]
        next_page_token: string
      }>(`${memberPath(directory)}/users?page_size=${first}`)
      return {
        nodes: users.map(({ id, email }) => toUser({ id, email })),
        pageInfo: { hasNextPage: next_page_token !== '' },
      }
    },

    async groups(directory: RestDirectory, first: number): Promise<PlainPage<PlainGroup>> {
      const toGroup = (id: string, name: string) => ({ id: memberId('DirectoryGroup', directory, id), name })
      if (directory.provider === 'workos') {
        const list = await getWorkos<WorkosList<{ id: string; name: string }>>(
          `directory_groups?directory=${directory.id}&limit=${first}&order=desc`,
        )
        return {
          nodes: list.data.map(({ id, name }) => toGroup(id, name)),
          pageInfo: { hasNextPage: list.list_metadata.after !== null },
        }
      }
      const { groups, next_page_token } = await getScalekit<{
        groups: readonly { id: string; display_name: string }[]
        next_page_token: string
      }>(`${memberPath(directory)}/groups?page_size=${first}`)
      return {
        nodes: groups.map(({ id, display_name }) => toGroup(id, display_name)),
        pageInfo: { hasNextPage: next_page_token !== '' },
      }
    },
  }
}

export type Rest = ReturnType<typeof createRest>

async function readJson<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`)
  return (await response.json()) as T
}
