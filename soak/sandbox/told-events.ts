import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SandboxEvent } from '../../src/sandbox/sandbox.ts'

/** An event as the provider has told it, as far as it matters who is to hear of it. */
export interface ToldEvent {
  readonly id: string
  /** The GraphQL enum `DirectoryEventKind`. */
  readonly kind: string
  readonly provider: 'workos' | 'scalekit'
  readonly organizationId: string
  /** Null where the event does not say. */
  readonly directoryId: string | null
  /** In milliseconds since the epoch. */
  readonly occurredAtMs: number
}

const KINDS: Readonly<Record<string, string>> = {
  'dsync.activated': 'DIRECTORY_ACTIVATED',
  'dsync.deleted': 'DIRECTORY_DELETED',
  'dsync.user.created': 'USER_CREATED',
  'dsync.user.updated': 'USER_UPDATED',
  'dsync.user.deleted': 'USER_DELETED',
  'dsync.group.created': 'GROUP_CREATED',
  'dsync.group.updated': 'GROUP_UPDATED',
  'dsync.group.deleted': 'GROUP_DELETED',
  'dsync.group.user_added': 'MEMBER_ADDED',
  'dsync.group.user_removed': 'MEMBER_REMOVED',
  'organization.directory_enabled': 'DIRECTORY_ENABLED',
  'organization.directory_disabled': 'DIRECTORY_DISABLED',
  'organization.directory.user_created': 'USER_CREATED',
  'organization.directory.user_updated': 'USER_UPDATED',
  'organization.directory.user_deleted': 'USER_DELETED',
  'organization.directory.group_created': 'GROUP_CREATED',
  'organization.directory.group_updated': 'GROUP_UPDATED',
  'organization.directory.group_deleted': 'GROUP_DELETED',
}

/** Null for a kind that no subscriber hears of. */
export function toToldEvent(event: SandboxEvent): ToldEvent | null {
  const name = 'event' in event ? event.event : event.type
  const kind = KINDS[name]
  if (kind === undefined) return null
  const { id } = event
  if ('event' in event) {
    const { data, created_at } = event
    const member = (data.user ?? data) as { organization_id: string }
    const directoryId = String(
      name.startsWith('dsync.group.user') || data.directory_id ? data.directory_id : data.id,
    )
    const place = { organizationId: member.organization_id, directoryId }
    return { id, kind, provider: 'workos', ...place, occurredAtMs: Date.parse(created_at) }
  }
  const { data, organization_id, occurred_at } = event
  const directoryId = event.object === 'Directory' ? data.id : (data.directory_id ?? null)
  const place = { organizationId: organization_id, directoryId: directoryId as string | null }
  return { id, kind, provider: 'scalekit', ...place, occurredAtMs: Date.parse(occurred_at) }
}

/** An endpoint for webhooks that takes whatever comes, and hands it on. */
export async function startToldEvents(onEvent: (event: SandboxEvent) => void) {
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const chunk of incoming) body += chunk
    onEvent(JSON.parse(body))
    outgoing.writeHead(200).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
