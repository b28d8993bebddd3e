import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestScalekit } from './sandbox-requests.ts'

interface Refused {
  code: number
  message: string
  details: {
    error_code: string
    validation_error_info?: { field_violations: { field: string; constraint: string }[] }
  }[]
}

interface Users {
  users: { id: string; emails: string[]; groups: Record<string, unknown>[]; user_detail: object | null }[]
  next_page_token: string
  prev_page_token: string
  total_size: number
}

let sandbox: Sandbox
let large: string
let medium: string

beforeEach(async () => {
  sandbox = await startSandbox()
  const { known } = sandbox.data
  large = `/api/v1/organizations/${known.scalekitOrganizationId}/directories/${known.scalekitLargeDirectoryId}`
  const directories = `/api/v1/organizations/${known.scalekitTwoDirectoriesOrganizationId}/directories`
  medium = `${directories}/${known.scalekitMediumDirectoryId}`
})

afterEach(() => sandbox.stop())

function rosterOf(directoryId: string) {
  const roster = sandbox.data.scalekit.rosters.get(directoryId)
  if (!roster) throw new Error('no such directory')
  return roster
}

async function expectViolation(path: string, field: string): Promise<void> {
  const { status, body } = await requestScalekit<Refused>(sandbox, path)
  expect([status, body.code]).toEqual([400, 3])
  expect(body.details[0]?.validation_error_info?.field_violations[0]?.field).toBe(field)
}

async function get<Body>(path: string): Promise<Body> {
  const answer = await requestScalekit<Body>(sandbox, path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

describe('a Scalekit list', () => {
  test('pages both ways with opaque tokens that are empty at the ends', async () => {
    const pages: Users[] = []
    let token = ''
    do {
      pages.push(await get<Users>(`${medium}/users?page_size=30&page_token=${encodeURIComponent(token)}`))
      token = pages.at(-1)?.next_page_token ?? ''
    } while (token !== '' && pages.length < 10)
    const ids = rosterOf(sandbox.data.known.scalekitMediumDirectoryId).users.map(({ id }) => id)
    expect(pages.map(({ users }) => users.length)).toEqual([30, 30, 30, 5])
    expect(pages.flatMap(({ users }) => users.map(({ id }) => id))).toEqual(ids)
    expect(pages.map(({ total_size }) => total_size)).toEqual([95, 95, 95, 95])
    expect(pages[0]?.prev_page_token).toBe('')
    const back = await get<Users>(`${medium}/users?page_size=30&page_token=${pages[3]?.prev_page_token}`)
    expect(back.users).toEqual(pages[2]?.users)
    expect(back.next_page_token).toBe(pages[2]?.next_page_token)
  })

  test('refuses a token that is junk, altered, or from another list, filter or page size', async () => {
    const { next_page_token: token } = await get<Users>(`${large}/users?page_size=20`)
    expect(token).not.toBe('')
    await get<Users>(`${large}/users?page_size=20&page_token=${token}`)
    for (const path of [
      `${large}/users?page_size=20&page_token=junk`,
      `${large}/users?page_size=20&page_token=${token.slice(0, -1)}`,
      `${large}/users?page_size=30&page_token=${token}`,
      `${large}/users?page_size=20&updated_after=2020-01-01T00:00:00Z&page_token=${token}`,
      `${large}/groups?page_size=20&page_token=${token}`,
      `${medium}/users?page_size=20&page_token=${token}`,
    ]) {
      await expectViolation(path, 'page_token')
    }
  })

  test('serves ten rows unless asked, at most 30 of users and groups, and 10 to 100 organizations', async () => {
    expect((await get<Users>(`${large}/users`)).users).toHaveLength(10)
    expect((await get<Users>(`${large}/users?page_size=30`)).users).toHaveLength(30)
    await expectViolation(`${large}/users?page_size=31`, 'page_size')
    await expectViolation(`${large}/groups?page_size=31`, 'page_size')
    await expectViolation(`${large}/groups?page_size=many`, 'page_size')
    await expectViolation('/api/v1/organizations?page_size=101', 'page_size')
    await expectViolation('/api/v1/organizations:search?query=studio&page_size=31', 'page_size')
    const { organizations } = await get<{ organizations: unknown[] }>('/api/v1/organizations?page_size=2')
    expect(organizations).toHaveLength(5)
  })

  test('repeats a token for ever when told to', async () => {
    sandbox.data.quirks.repeatCursor = true
    const first = await get<Users>(`${medium}/users`)
    const second = await get<Users>(`${medium}/users?page_token=${first.next_page_token}`)
    expect(second.next_page_token).toBe(first.next_page_token)
  })

  test('keeps what was updated after an instant, to the nanosecond', async () => {
    const { users } = rosterOf(sandbox.data.known.scalekitMediumDirectoryId)
    const bound = users.at(40)?.updated_at ?? ''
    const newer = users.filter(({ updated_at }) => Date.parse(updated_at) > Date.parse(bound)).length
    const { total_size } = await get<Users>(`${medium}/users?updated_after=${encodeURIComponent(bound)}`)
    expect(newer).toBe(40)
    expect(total_size).toBe(newer)
    await expectViolation(`${medium}/users?updated_after=yesterday`, 'updated_after')
  })
})
