import { createHash } from 'node:crypto'
import type { Caller } from '../domain/caller.ts'
import type { AuditEntry } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'

/** A line for each mutation that somebody tried: who, what, about what, and how it ended. */
export function audit(log: Logger, requestId: string, caller: Caller, entry: AuditEntry): void {
  const { kind, subject, organization } = caller
  log.info({ requestId, caller: kind, subject: nameOf(subject), organization, ...entry }, 'audit')
}

/** Some issuers put an e-mail address where others put an id: of that a hash, which is the same in every line. */
function nameOf(subject: string | null): string | null {
  if (!subject?.includes('@')) return subject
  return `sha256:${createHash('sha256').update(subject).digest('hex').slice(0, 16)}`
}
