import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallContext } from '../domain/directory-provider.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import { ProviderError, RateLimitedError, UnavailableError } from '../domain/provider-error.ts'
import type { Wait, Waits } from './waits.ts'

export interface PatientCallSettings {
  /** Ends whatever is under way. */
  readonly signal: AbortSignal
  /** How long a call that fails is made again, from its first failure on. */
  readonly patienceMs: number
  /** Where it is told what is waited for. */
  readonly waits: Waits
}

/**
 * Asks a provider, and asks again while it fails with what may pass, unless `isPatient` is false. `send` makes one read
 * of the port, with the context that it is given and no other. Throws the last `ProviderError`, or the signal's reason.
 */
export type Ask = <T>(
  provider: ProviderName,
  send: (call: CallContext) => Promise<T>,
  isPatient?: boolean,
) => Promise<T>

/** A turn within the limits is waited for as long as that; other processes may be before us. */
const TURN_MS = 30 * 60_000
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 30_000
/** Of a provider on which somebody has just lost patience, less is expected. */
const LESS_PATIENCE = 10

/** The calls of an export: no operation's deadline ends them, and what fails is tried again for minutes. */
export function createPatientCalls({ signal, patienceMs, waits }: PatientCallSettings): Ask {
  const givenUp = new Set<ProviderName>()
  const requestId = randomUUID()

  /** A context for each read: what one has asked is remembered as long as its context, which must not be long. */
  function createCall(note: (wait: Pick<Wait, 'waitsFor' | 'sinceMs'>) => void): CallContext {
    return {
      signal,
      deadlineMs: performance.now() + TURN_MS,
      // Pauses are made here, where they are told of and end with the patience.
      longestPauseMs: 0,
      requestId,
      caller: 'export',
      boundTo: null,
      meter: {
        sending: () => note({ waitsFor: 'limit', sinceMs: performance.now() }),
        count: what => what === 'waitedMs' && note({ waitsFor: 'answer', sinceMs: performance.now() }),
        usedScope: () => {},
        servedStale: () => {},
      },
    }
  }

  return async (provider, send, isPatient = true) => {
    const key = {}
    let firstFailureMs: number | null = null
    try {
      for (let failures = 0; ; failures += 1) {
        signal.throwIfAborted()
        try {
          const answer = await send(createCall(wait => waits.set(key, { provider, ...wait })))
          givenUp.delete(provider)
          return answer
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof ProviderError) || !isPassing(error) || !isPatient) throw error
          const nowMs = performance.now()
          firstFailureMs ??= nowMs
          const namedMs = namedPause(error)
          // Never sooner than the provider wants.
          const untilMs = nowMs + Math.max(pauseAfter(failures), namedMs)
          const patience = givenUp.has(provider) ? patienceMs / LESS_PATIENCE : patienceMs
          if (untilMs > firstFailureMs + patience) {
            givenUp.add(provider)
            throw error
          }
          const waitsFor = namedMs > 0 ? 'named-pause' : 'pause'
          waits.set(key, { provider, waitsFor, sinceMs: firstFailureMs, untilMs })
          await sleep(untilMs - nowMs, undefined, { signal })
        }
      }
    } finally {
      waits.delete(key)
    }
  }
}

/** Twice as long each time; by chance a little less, so that not all come at once. */
function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** failures, MAX_PAUSE_MS) * (1 - Math.random() / 4)
}

/** How long the provider itself wants to be left alone; 0 where it does not say. */
function namedPause(error: ProviderError): number {
  if (!(error instanceof RateLimitedError || error instanceof UnavailableError)) return 0
  return (error.retryAfterSeconds ?? 0) * 1_000
}

function isPassing(error: ProviderError): boolean {
  if (error instanceof RateLimitedError) return true
  if (!(error instanceof UnavailableError)) return false
  return error.reason !== 'credentials-refused' && error.reason !== 'cursor-loop'
}
