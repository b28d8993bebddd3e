import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestToken, requestWorkos } from './sandbox-requests.ts'

let sandbox: Sandbox

afterEach(() => sandbox.stop())

async function countOk(times: number, path: string): Promise<number> {
  const answers = await Promise.all(Array.from({ length: times }, () => requestWorkos(sandbox, path)))
  return answers.filter(({ status }) => status === 200).length
}

describe('the limits', () => {
  test('are not enforced unless asked for', async () => {
    sandbox = await startSandbox()
    const path = `/directory_users?directory=${sandbox.data.known.workosSmallDirectoryId}`
    expect(await countOk(20, path)).toBe(20)
  })

  test('let four requests a second through to the users of one directory, however they are named', async () => {
    sandbox = await startSandbox({ enforceLimits: true })
    const { known } = sandbox.data
    const path = `/directory_users?directory=${known.workosSmallDirectoryId}`
    expect(await countOk(6, path)).toBe(4)
    const byGroup = await requestWorkos(sandbox, `/directory_users?group=${known.workosGroupId}`)
    expect([byGroup.status, byGroup.text]).toEqual([429, '"Ratelimited"'])
    expect(byGroup.headers.get('retry-after')).toBe('1')
    sandbox.data.quirks.ratelimitBody = 'object'
    const one = await requestWorkos(sandbox, `/directory_users/${known.workosUserId}`)
    expect([one.status, one.body]).toEqual([429, { message: 'Ratelimited' }])
    expect(await countOk(1, `/directory_users?directory=${known.workosMediumDirectoryId}`)).toBe(1)
    expect(await countOk(6, `/directory_groups?directory=${known.workosSmallDirectoryId}`)).toBe(6)
    await wait(1050)
    expect(await countOk(6, path)).toBe(4)
  })

  test('count all requests of the key', async () => {
    sandbox = await startSandbox({ enforceLimits: true, limits: { workosRequestsPerMinute: 5 } })
    expect(await countOk(8, '/organizations')).toBe(5)
    const { status, body, headers } = await requestWorkos(sandbox, '/organizations')
    expect([status, body]).toMatchObject([429, { message: /^Rate limit exceeded/ }])
    expect(headers.get('retry-after')).toBe('1')
  })

  test('count all requests of the Scalekit environment, with the gateway’s error form', async () => {
    sandbox = await startSandbox({ enforceLimits: true, limits: { scalekitRequestsPerSecond: 3 } })
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => requestToken(sandbox)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429])
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ code: 8 })
  })
})
