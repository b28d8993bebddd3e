import { randomBytes } from 'node:crypto'
import { ScalekitClient } from '@scalekit-sdk/node'
import { WorkOS } from '@workos-inc/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox, type WebhookEndpoint } from '../../src/sandbox/sandbox.ts'
import { createScalekitVerify } from '../../src/webhooks/verify-scalekit.ts'
import { createWorkosVerify } from '../../src/webhooks/verify-workos.ts'
import { type Received, receiveWebhooks } from './receive-webhooks.ts'

const toSecret = () => `whsec_${randomBytes(24).toString('base64')}`
const SECRETS = { workos: toSecret(), scalekit: toSecret() }

/** What a sandbox delivers of three people who join. */
async function receiveFrom(provider: WebhookEndpoint['provider']): Promise<readonly Received[]> {
  const { url, received, waitFor } = await receiveWebhooks()
  const sandbox = await startSandbox({
    webhooks: { endpoints: [{ provider, url: `${url}/hook?a=b`, secret: SECRETS[provider] }] },
  })
  onTestFinished(() => sandbox.stop())
  const { workosSmallDirectoryId, scalekitMediumDirectoryId } = sandbox.data.known
  const directoryId = provider === 'workos' ? workosSmallDirectoryId : scalekitMediumDirectoryId
  for (let number = 0; number < 3; number += 1) sandbox.change('user-created', directoryId)
  await sandbox.webhooks.settled()
  await waitFor(3)
  return received
}

describe('a delivery of the WorkOS side', () => {
  test('is accepted by the verification of this server, and by no other secret', async () => {
    for (const { headers, body } of await receiveFrom('workos')) {
      createWorkosVerify([SECRETS.workos])({ headers, body })
      expect(() => createWorkosVerify([SECRETS.scalekit])({ headers, body })).toThrow(
        'not signed with a secret',
      )
    }
  })

  test('is read by the official client, with the directory and its person', async () => {
    const { webhooks } = new WorkOS('sk_test_not_used')
    for (const { headers, body, event } of await receiveFrom('workos')) {
      const read = await webhooks.constructEvent({
        payload: body,
        sigHeader: headers.get('workos-signature') ?? '',
        secret: SECRETS.workos,
      })
      expect([read.id, read.createdAt]).toEqual([event.id, (event as { created_at?: string }).created_at])
      if (read.event === 'dsync.user.created') expect(read.data.directoryId).toBe(event.data.directory_id)
      else expect(read.event).toBe('dsync.group.user_added')
    }
  })

  test('goes by POST as JSON to the very address', async () => {
    const [first] = await receiveFrom('workos')
    expect([first?.path, first?.headers.get('content-type')]).toEqual(['/hook?a=b', 'application/json'])
  })
})

describe('a delivery of the Scalekit side', () => {
  test('is accepted by the verification of this server, and by no other secret', async () => {
    for (const { headers, body } of await receiveFrom('scalekit')) {
      createScalekitVerify([SECRETS.scalekit])({ headers, body })
      expect(() => createScalekitVerify([SECRETS.workos])({ headers, body })).toThrow(
        'not signed with a secret',
      )
    }
  })

  test('is accepted by the official client, under the id of its event', async () => {
    const client = new ScalekitClient('https://acme.scalekit.example', 'skc_1', 'not_used')
    for (const { headers, body, event } of await receiveFrom('scalekit')) {
      const values = Object.fromEntries(headers.entries())
      expect(client.verifyWebhookPayload(SECRETS.scalekit, values, body.toString('utf8'))).toBe(true)
      expect(headers.get('webhook-id')).toBe(event.id)
    }
  })
})
