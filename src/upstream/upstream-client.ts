import { createBackgroundCall } from '../domain/background-call.ts'
import type { CallContext } from '../domain/directory-provider.ts'
import {
  ProviderError,
  QueryTooCostlyError,
  RateLimitedError,
  UnavailableError,
} from '../domain/provider-error.ts'
import { forNoRequest } from '../domain/request-scope.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { LookupResult, UpstreamMetrics } from '../telemetry/metrics.ts'
import { traceApart } from '../telemetry/traces.ts'
import { createAnswerStore } from './answer-store.ts'
import type { UpstreamFetch } from './fetch-whole.ts'
import { createFlights } from './flights.ts'
import { readKeyOf, readKeyOnce } from './read-key.ts'
import { createReadMemos, type ReadMemo } from './read-memos.ts'
import type { ShareAnswers, SharedAnswers } from './shared-answers.ts'
import type { ShareBudget } from './shared-budget.ts'
import { createTransport, isWrite, type TransportSettings } from './transport.ts'
import { isTimeUp, mayHaveArrived, toOutcomeUnknown, toProviderError } from './upstream-errors.ts'

/** What adapters are given to reach their upstream with. */
export interface UpstreamEnvironment {
  /** How limits are kept together with other processes; null where there are none. */
  readonly shareBudget?: ShareBudget | null
  /** How long an answer may be reused by other operations; 0 is never. */
  readonly cacheTtlMs: number
  readonly log: Logger
  /** For replicas that share what they keep; absent where there are none. */
  readonly shareAnswers?: ShareAnswers | null
  readonly fetch: UpstreamFetch
  /** Who counts; nobody, if absent. */
  readonly metrics?: UpstreamMetrics
  /** Whether providers are told of the trace that a request belongs to; they are not, if absent. */
  readonly propagateTraces?: boolean
}

export interface UpstreamSettings extends TransportSettings, UpstreamEnvironment {
  /** Of the answers to this credential; absent where they are not shared. */
  readonly shared?: SharedAnswers | null
}

/** Values by parameter name; what is null is left out. */
export type Query = Readonly<Record<string, string | number | boolean | null>>

export interface UpstreamRequest {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below the base URL; one with ids is made by `urlPath`. */
  readonly path: string
  /** The same with `{id}` in the place of each id; the path itself, if absent. */
  readonly route?: string
  /** Stands for the path in logs, where that holds what somebody has typed. */
  readonly loggedAs?: string
  readonly query?: Query
  /** Who shares what is kept of it, where others may not learn that it was asked; all, if absent. */
  readonly keptFor?: string | null
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  /** For a GET that changes something upstream: sent once, as every other method is. */
  readonly isWrite?: boolean
  /** For reads that are about the provider as it is now: no answer is reused. */
  readonly isFresh?: boolean
  /** For answers whose body nobody reads, whatever its form. */
  readonly ignoreBody?: boolean
  /** Statuses above 399 that are an answer, not a failure. */
  readonly answers?: readonly number[]
  /** The directory whose own limit the request counts for. */
  readonly scope?: string
  /** Whether the answer has the form that is read of it: one that has not is not kept. */
  readonly isReadable?: (body: unknown) => boolean
  /** What the answer depends on besides the objects in it: a write that changes any of it ends the answer's reuse. */
  readonly tags?: readonly string[]
  /** For writes: the tags and the ids of the objects that it changes. */
  readonly drops?: readonly string[]
}

export interface UpstreamAnswer {
  readonly status: number
  /** The JSON of the answer; undefined where there is none. */
  readonly body: unknown
  /** That JSON as it came; empty where there is none. */
  readonly text: string
}

/** Speaks HTTP to one provider. Rejects with a `ProviderError` and with nothing else. */
export interface UpstreamClient {
  send(request: UpstreamRequest, call: CallContext): Promise<UpstreamAnswer>
  /** The answer to a read where it is kept and may be reused, as `send` would resolve with it; null where it is not. */
  kept(request: UpstreamRequest, call: CallContext): UpstreamAnswer | null
  /**
   * Ends the reuse of what carries one of the tags, as a write does: the provider has told that it changed. At once
   * here; resolves when nobody else who shares what is kept reuses it either.
   */
  drop(tags: readonly string[]): Promise<void>
  /** The same of everything that is kept. */
  forgetAll(): Promise<void>
  /** While it is suspended, nothing kept answers anybody, fresh or in place of a failure; answers are kept all the same. */
  suspendReuse(isSuspended: boolean): void
  /** Whether the last call was answered; null before the first. */
  isReachable(): boolean | null
}

/** So that who joins a renewal that comes to nothing has time left for a call of its own. */
const RENEWAL_TIMEOUT_MS = 5_000
/** A timer may ring a little before its time by another clock. */
const TIMER_SLACK_MS = 10

/**
 * A client that asks nothing twice. A read is answered by what this operation has asked already, by what is kept from
 * another one, by an equal call under way, and only then by the provider. A write ends the reuse of what it changed
 * before its own answer is read.
 */
export function createUpstreamClient(settings: UpstreamSettings): UpstreamClient {
  const { provider, log, metrics } = settings
  const transport = createTransport(settings)
  // Whose time ends while the call waits for its turn: it was the limit, and not the provider that was slow.
  const flights = createFlights<UpstreamAnswer>((call, reason) =>
    isTimeUp(reason) && settings.budget?.isWaiting(call) ? new RateLimitedError(provider, 1) : reason,
  )
  const memos = createReadMemos()
  const beganBy = new WeakMap<object, CallContext>()
  let reachable: boolean | null = null
  const store = createAnswerStore({
    ttlMs: settings.cacheTtlMs,
    shared: settings.shared ?? null,
    onOutdated() {
      // Of what a call under way is to bring is not known whether it is of what changed.
      flights.close()
      memos.forgetAll()
    },
  })

  /** Asks the provider, and tells everybody how that went. */
  async function ask(
    request: UpstreamRequest,
    call: CallContext,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    const startedAt = performance.now()
    try {
      const answer = await transport(request, call, signal)
      reachable = true
      logCall(request, call, startedAt, answer.status)
      return answer
    } catch (thrown) {
      const error = toProviderError(provider, thrown)
      reachable = hasAnswered(thrown, error, signal) ?? reachable
      logCall(request, call, startedAt, error instanceof UnavailableError ? error.reason : error.code)
      throw isWrite(request) && mayHaveArrived(thrown) ? toOutcomeUnknown(error) : error
    }
  }

  async function write(request: UpstreamRequest, call: CallContext): Promise<UpstreamAnswer> {
    try {
      return await ask(request, call, call.signal)
    } finally {
      // What is under way was asked before the write, and may tell of a time before it, whatever it is of.
      flights.close()
      memos.forget(call)
      await store.dropWritten(request.drops ?? [])
    }
  }

  async function read(request: UpstreamRequest, call: CallContext): Promise<UpstreamAnswer> {
    if (request.isFresh) return ask(request, call, call.signal)
    const key = readKeyOf(request)
    const memo = memos.of(call)
    const known = reuse(key, request, call, memo)
    if (known !== null) return known
    if (flights.isUnderWay(key)) metrics?.lookup(provider, 'coalesced')
    const reading = readShared(key, request, call).catch(error => standIn(key, error, call))
    memo.set(key, reading)
    return reading
  }

  /** What this operation has asked already, or what is kept from another one. */
  function reuse(key: string, request: UpstreamRequest, call: CallContext, memo: ReadMemo) {
    const known = memo.get(key)
    if (known !== undefined) return known
    const kept = store.fresh(key)
    if (kept === null) return null
    call.meter.count('cacheHits', 1)
    metrics?.lookup(provider, 'hit')
    if (store.isDue(kept) && !flights.isUnderWay(key)) refresh(key, request)
    memo.set(key, kept.answer)
    return kept.answer
  }

  async function readShared(
    key: string,
    request: UpstreamRequest,
    call: CallContext,
    isRenewal = false,
  ): Promise<UpstreamAnswer> {
    if (flights.isUnderWay(key)) call.meter.count('coalesced', 1)
    try {
      return await flights.join(key, call.signal, signal => {
        // A renewal is no read of anybody's.
        const onLookup = (result: LookupResult) => isRenewal || metrics?.lookup(provider, result)
        const askFirst = () => {
          onLookup('miss')
          return ask(request, call, signal).catch((error: ProviderError) => {
            beganBy.set(error, call)
            throw error
          })
        }
        const { meter } = call
        return store.fetch({ key, request, isRenewal, meter, signal, ask: askFirst, onShared: onLookup })
      })
    } catch (thrown) {
      const error = toProviderError(provider, thrown)
      const other = beganBy.get(error)
      // Whoever is bound more tightly must not bind those who joined: one of them begins the call anew.
      if (other && other !== call && !call.signal.aborted && isOnlyOf(other, call, error))
        return readShared(key, request, call, isRenewal)
      throw error
    }
  }

  /** While the provider fails, an older answer is better than none; where it refuses, it is not. */
  async function standIn(key: string, error: ProviderError, call: CallContext): Promise<UpstreamAnswer> {
    // What the operation itself may not do any more says nothing about the answer.
    if (error instanceof QueryTooCostlyError) throw error
    const kept = isPassing(error) ? await store.stale(key) : null
    if (!isPassing(error)) store.forget(key)
    if (kept === null) throw error
    call.meter.servedStale(provider, kept.ageMs / 1_000)
    metrics?.lookup(provider, 'stale')
    return kept.answer
  }

  /** Renews an answer before it ends; nobody waits for it. A failure that may pass is nobody's, a refusal ends the reuse. */
  function refresh(key: string, request: UpstreamRequest): void {
    const renew = () => readShared(key, request, createBackgroundCall('refresh', RENEWAL_TIMEOUT_MS), true)
    forNoRequest(() => traceApart(renew)).catch((error: unknown) => {
      if (!isPassing(error)) store.forget(key)
    })
  }

  /** Without the query, which can hold an e-mail address. */
  function logCall(
    { method, path, loggedAs = path }: UpstreamRequest,
    call: CallContext,
    startedAt: number,
    outcome: string | number,
  ) {
    const durationMs = Math.round(performance.now() - startedAt)
    log.debug(
      { requestId: call.requestId, provider, method, path: loggedAs, outcome, durationMs },
      'upstream call',
    )
  }

  return {
    send: (request, call) => (isWrite(request) ? write(request, call) : read(request, call)),
    kept(request, call) {
      if (request.isFresh) return null
      const known = reuse(readKeyOnce(request), request, call, memos.of(call))
      return known instanceof Promise ? null : known
    },
    drop: store.drop,
    forgetAll: store.forgetAll,
    suspendReuse: store.suspendReuse,
    isReachable: () => reachable,
  }
}

/** Whether a call failed by a limit of the operation that began it, which another operation has not reached. */
function isOnlyOf(other: CallContext, call: CallContext, error: ProviderError): boolean {
  if (error instanceof QueryTooCostlyError) return true
  const nowMs = performance.now()
  if (error instanceof RateLimitedError) {
    return nowMs + (error.retryAfterSeconds ?? Number.POSITIVE_INFINITY) * 1_000 < call.deadlineMs
  }
  const isOver = nowMs >= other.deadlineMs - TIMER_SLACK_MS
  return error instanceof UnavailableError && error.reason === 'timeout' && isOver && nowMs < call.deadlineMs
}

/** Whether a call failed by what may be over the next time, and says nothing against an answer that is kept. */
function isPassing(error: unknown): boolean {
  if (error instanceof UnavailableError) return error.reason !== 'credentials-refused'
  return error instanceof RateLimitedError
}

/** Whether the provider has answered, though with a refusal; null where it was not asked or the caller left before. */
function hasAnswered(thrown: unknown, error: ProviderError, signal: AbortSignal): boolean | null {
  if (signal.aborted && signal.reason?.name === 'AbortError') return null
  if (error instanceof UnavailableError) return false
  return thrown instanceof ProviderError ? null : true
}
