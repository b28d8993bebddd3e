import { describe, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestScalekit, requestWorkos } from './sandbox-requests.ts'

describe('startSandbox', () => {
  test('gives each sandbox a world of its own, alike to the byte', async () => {
    const [one, other] = await Promise.all([startSandbox(), startSandbox()])
    expect(one.data).toEqual(other.data)
    expect(one.workos.url).not.toBe(other.workos.url)
    const before = structuredClone(other.data)
    one.data.workos.organizations.length = 0
    one.data.workos.rosters.get(one.data.known.workosSmallDirectoryId)?.users.pop()
    expect(other.data).toEqual(before)
    await Promise.all([one.stop(), other.stop()])
  })

  test('serves what the data says at the moment of the request', async () => {
    const sandbox = await startSandbox()
    const { known, workos } = sandbox.data
    const path = `/organizations/${known.workosOrganizationId}`
    const organization = workos.organizations.find(({ id }) => id === known.workosOrganizationId)
    if (organization) organization.name = 'Renamed'
    expect((await requestWorkos(sandbox, path)).body).toMatchObject({ name: 'Renamed' })
    workos.organizations.splice(0)
    expect((await requestWorkos(sandbox, path)).status).toBe(404)
    await sandbox.stop()
  })

  test('adds its latency to each answer', async () => {
    const sandbox = await startSandbox({ latencyMs: 150 })
    const startedAt = performance.now()
    await requestWorkos(sandbox, '/organizations')
    expect(performance.now() - startedAt).toBeGreaterThan(145)
    await sandbox.stop()
  })

  test('stops although a request is still hanging, and then refuses connections', async () => {
    const sandbox = await startSandbox()
    sandbox.inject({ provider: 'workos', kind: 'hang' })
    const hanging = requestWorkos(sandbox, '/organizations').catch((cause: unknown) => cause)
    while (sandbox.calls.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    await sandbox.stop()
    expect(await hanging).toBeInstanceOf(TypeError)
    await expect(fetch(sandbox.workos.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await expect(fetch(sandbox.scalekit.environmentUrl)).rejects.toThrow()
  })

  test('refuses a body above one megabyte', async () => {
    const sandbox = await startSandbox()
    const body = JSON.stringify({ organization: 'x'.repeat(1024 * 1024) })
    const answer = await requestWorkos(sandbox, '/portal/generate_link', { method: 'POST', body })
    expect(answer.status).toBe(413)
    await sandbox.stop()
  })

  test('carries directories of any size without paying for them at the start', async () => {
    await (await startSandbox()).stop()
    const startedAt = performance.now()
    const sandbox = await startSandbox({ scale: { users: 100_000 } })
    expect(performance.now() - startedAt).toBeLessThan(500)
    const { known } = sandbox.data
    const list = await requestWorkos<{ data: { email: string }[] }>(
      sandbox,
      `/directory_users?directory=${known.workosScaleDirectoryId}&limit=100`,
    )
    expect(list.body.data[0]?.email).toBe('user99999@scale.example')
    const path = `/api/v1/organizations/${known.scalekitScaleOrganizationId}/directories/${known.scalekitScaleDirectoryId}`
    const users = await requestScalekit<{ total_size: number }>(sandbox, `${path}/users`)
    expect(users.body.total_size).toBe(100_000)
    const roster = sandbox.data.scalekit.rosters.get(known.scalekitScaleDirectoryId ?? '')
    expect(new Set(roster?.users.map(({ id }) => id)).size).toBe(100_000)
    // Made once: what a test changes in it stays changed.
    expect(roster?.users).toBe(roster?.users)
    await sandbox.stop()
  })
})
