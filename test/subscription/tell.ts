import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import type { LiveApp } from './start-live-app.ts'

let told = 0

/** Has WorkOS tell of something, now unless said otherwise, and gives back the id of the event. */
export async function tellWorkos(
  { log }: Pick<LiveApp, 'log'>,
  event: string,
  data: object,
  more: object = {},
) {
  told += 1
  const id = `event_${String(told).padStart(8, '0')}`
  const created_at = new Date(Date.now() + told).toISOString()
  await log.append('workos', id, workosEvent(event, data, { id, created_at, ...more }))
  return id
}

/** Has somebody of WorkOS's directory change, and gives back the id of the event. */
export function tellUpdate(app: Pick<LiveApp, 'log' | 'sandbox'>, changes: object = {}): Promise<string> {
  const { user } = workosSubject(app.sandbox.data)
  return tellWorkos(app, 'dsync.user.updated', { ...user, ...changes })
}
