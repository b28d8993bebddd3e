import type { Caller } from '../domain/caller.ts'
import type { AuditEntry } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'

/** A line for each mutation that somebody tried: who, what, about what, and how it ended. */
export function audit(log: Logger, requestId: string, caller: Caller, entry: AuditEntry): void {
  const { kind, subject, organization } = caller
  log.info({ requestId, caller: kind, subject, organization, ...entry }, 'audit')
}
