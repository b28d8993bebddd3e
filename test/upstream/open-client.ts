import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createLogger, type Logger } from '../../src/telemetry/logger.ts'
import type { Budget } from '../../src/upstream/budget.ts'
import { createUpstreamClient, type UpstreamClient } from '../../src/upstream/upstream-client.ts'

export const API_KEY = 'sk_test_not_for_logs'

/** A client of WorkOS at some address. */
export function openClient(
  baseUrl: string,
  log: Logger = createLogger('silent'),
  budget: Budget | null = null,
): UpstreamClient {
  return createUpstreamClient({
    provider: 'workos',
    baseUrl,
    authorization: async () => `Bearer ${API_KEY}`,
    budget,
    cacheTtlMs: 0,
    fetch,
    log,
  })
}

/** A logger that leaves nothing out, and what it has written. */
export function openLog(): { log: Logger; text: () => string } {
  const chunks: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  return { log: pino({ level: 'trace' }, sink), text: () => chunks.join('') }
}
