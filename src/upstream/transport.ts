import { BrokenCircuitError, CircuitState, CountBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { HTTPError, type Options } from 'ky'
import pLimit from 'p-limit'
import type { CallContext } from '../domain/directory-provider.ts'
import { ProviderError, UnavailableError } from '../domain/provider-error.ts'
import type { BreakerState } from '../telemetry/metrics.ts'
import { type Attempt, makeAttempts } from './attempts.ts'
import type { Budget } from './budget.ts'
import { createWholeFetch, type UpstreamFetch, type WholeAnswer } from './fetch-whole.ts'
import type { Turn } from './turn.ts'
import type { UpstreamAnswer, UpstreamRequest } from './upstream-client.ts'
import { retryAfterSecondsOf, toProviderError } from './upstream-errors.ts'
import { createRequestWatch, type WatchSettings } from './watch-request.ts'

export interface TransportSettings extends WatchSettings {
  /**
   * The Authorization header of a request; null for requests that have none. `refused` is the header that was
   * just answered with 401: a new one leads to one replay, the same one ends it.
   */
  readonly authorization: ((call: CallContext, refused: string | null) => Promise<string>) | null
  /** Null for requests that count for no limit. */
  readonly budget: Budget | null
  /** What sends requests. */
  readonly fetch: UpstreamFetch
}

/** Carries one request to the provider and its answer back, whatever lies between. Rejects with whatever went wrong. */
export type Transport = (
  request: UpstreamRequest,
  call: CallContext,
  signal: AbortSignal,
) => Promise<UpstreamAnswer>

const ATTEMPT_TIMEOUT_MS = 4_000
const MAX_RETRIES = 2
const MAX_PARALLEL_CALLS = 48
const MAX_BACKOFF_MS = 2_000
const MAX_BODY_BYTES = 16 * 1_024 * 1_024
const BREAKER = { size: 20, threshold: 0.6, minimumNumberOfCalls: 10 }
const HALF_OPEN_AFTER_MS = 5_000
const HEADERS = { accept: 'application/json', 'user-agent': 'dirgraph' }
const INIT = { redirect: 'manual', credentials: 'omit' } as const
const UNLIMITED: Turn = { sent() {}, ended() {} }
const BREAKER_STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
}

/**
 * Timeouts by attempt and by operation, at most two retries and those for reads only, a share of the quota for every
 * attempt, and a circuit breaker around it all. ky's own defaults retry PUT and DELETE as well, wait for any
 * Retry-After however long, and have no total timeout.
 */
export function createTransport(settings: TransportSettings): Transport {
  const { provider, authorization, budget, metrics } = settings
  const baseUrl = settings.baseUrl.replace(/\/+$/, '')
  const watched = createRequestWatch(settings)
  const wholeFetch = createWholeFetch(settings.fetch, MAX_BODY_BYTES)
  const inParallel = pLimit(MAX_PARALLEL_CALLS)
  const breaker = circuitBreaker(handleWhen(isFault), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new CountBreaker(BREAKER),
  })
  metrics?.watchBreaker(provider, () => BREAKER_STATES[breaker.state])
  if (budget !== null) metrics?.watchBudget(provider, () => budget.load())

  async function send(
    request: UpstreamRequest,
    call: CallContext,
    signal: AbortSignal,
    refused: string | null,
  ) {
    const header = authorization === null ? null : await authorization(call, refused)
    if (header !== null && header === refused) throw new UnavailableError(provider, 'credentials-refused')
    const url = `${baseUrl}/${toUrl(request)}`
    let turn = await acquire(request, call, signal)
    try {
      // From here on the request may arrive; before, it is known not to have.
      if (signal.aborted) throw new UnavailableError(provider, 'timeout')
      const answer = await makeAttempts({
        url,
        method: request.method,
        attempt: attemptAt(url, request, header, signal, () => turn),
        signal,
        timeoutMs: () => Math.min(ATTEMPT_TIMEOUT_MS, remainingMsOf(call)),
        accepts: status => isSuccess(status) || request.answers?.includes(status) === true,
        persistence: () => ({
          ...limits(request, call),
          hooks: {
            beforeRetry: [
              async () => {
                call.meter.count('retries', 1)
                metrics?.retry(provider)
                turn = await acquire(request, call, signal)
              },
            ],
          },
        }),
      })
      return readAnswer(request, answer)
    } catch (error) {
      const isRefused = error instanceof HTTPError && error.response.status === 401
      if (isRefused && header !== null && refused === null) return send(request, call, signal, header)
      throw error
    } finally {
      turn.ended()
    }
  }

  /** Every attempt counts as a call of its operation, and takes its share of the quota. */
  async function acquire(request: UpstreamRequest, call: CallContext, signal: AbortSignal): Promise<Turn> {
    call.meter.sending()
    if (budget === null) return UNLIMITED
    const startedAt = performance.now()
    if (request.scope !== undefined) call.meter.usedScope(provider, request.scope)
    const turn = await budget.acquire({
      scope: request.scope ?? null,
      caller: call.caller,
      deadlineMs: call.deadlineMs,
      signal,
    })
    call.meter.count('waitedMs', performance.now() - startedAt)
    return turn
  }

  /**
   * An attempt tells its turn what becomes of it. A refusal holds off all who share the limit. `header` is the
   * Authorization header, which is put in where nobody but the provider sees it.
   */
  function attemptAt(
    url: string,
    request: UpstreamRequest,
    header: string | null,
    signal: AbortSignal,
    turnOf: () => Turn,
  ): Attempt {
    const content = toContent(request)
    let resends = -1
    return async attemptSignal => {
      const turn = turnOf()
      const headers: Record<string, string> = { ...HEADERS, ...content?.headers }
      if (header !== null) headers.authorization = header
      const init = { ...INIT, method: request.method.toUpperCase(), headers, body: content?.body ?? null }
      const answer = await inParallel(() => {
        turn.sent()
        resends += 1
        return watched({ request, headers, resends, signal }, () =>
          wholeFetch(url, { ...init, signal: attemptSignal }, turn.ended).finally(turn.ended),
        )
      })
      if (answer.status === 429) budget?.refuse(request.scope ?? null, retryAfterSecondsOf(answer.headers))
      return answer
    }
  }

  return async (request, call, signal) => {
    // The breaker would let everybody wait for the one trial, with no regard to their deadlines.
    if (breaker.state === CircuitState.HalfOpen) throw new UnavailableError(provider, 'circuit-open')
    try {
      return await breaker.execute(() => send(request, call, signal, null))
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new UnavailableError(provider, 'circuit-open')
      throw error
    }
  }

  /** What shows that the provider itself is in trouble; a caller who left shows nothing of the kind. */
  function isFault(error: unknown): boolean {
    // What is ours was thrown before anything was sent.
    if (error instanceof ProviderError) return false
    if (error instanceof Error && error.name === 'AbortError') return false
    const reason = toProviderError(provider, error)
    return (
      reason instanceof UnavailableError && ['timeout', 'unreachable', 'server-error'].includes(reason.reason)
    )
  }
}

function remainingMsOf({ deadlineMs }: CallContext): number {
  return Math.max(1, deadlineMs - performance.now())
}

/** How long all attempts may take, how often there may be one, and what for. */
function limits(request: UpstreamRequest, call: CallContext): Options {
  const remainingMs = remainingMsOf(call)
  const longestPauseMs = call.longestPauseMs ?? remainingMs
  // Each attempt has a time of its own already.
  const times: Options = { timeout: false, totalTimeout: remainingMs }
  if (isWrite(request)) return { ...times, retry: 0 }
  return {
    ...times,
    retry: {
      limit: MAX_RETRIES,
      methods: ['get', 'post'],
      statusCodes: [408, 429, 500, 502, 503, 504],
      jitter: true,
      backoffLimit: MAX_BACKOFF_MS,
      maxRetryAfter: Math.min(remainingMs, Math.max(MAX_BACKOFF_MS, longestPauseMs)),
      shouldRetry: ({ error }) => (isTooLate(error, call) ? false : undefined),
    },
  }
}

/** Whether the provider wants to be left alone for longer than anybody waits here. */
function isTooLate(error: Error, { deadlineMs, longestPauseMs }: CallContext): boolean {
  if (!(error instanceof HTTPError)) return false
  const pauseMs = (retryAfterSecondsOf(error.response.headers) ?? 0) * 1_000
  if (longestPauseMs !== undefined && pauseMs > longestPauseMs) return true
  return performance.now() + pauseMs >= deadlineMs
}

/** Whether a request changes something: every method but GET does, and so does a GET that says so. */
export function isWrite({ method, isWrite }: UpstreamRequest): boolean {
  return isWrite ?? method !== 'get'
}

/** Path and query below the base URL. */
function toUrl({ path, query = {} }: UpstreamRequest): string {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  )
  return parameters.length === 0 ? path : `${path}?${new URLSearchParams(parameters)}`
}

/** What is sent along with a request, and its form; null where nothing is. */
function toContent({ json, form }: UpstreamRequest) {
  if (json !== undefined)
    return { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }
  if (form === undefined) return null
  return {
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** A page of HTML with status 200 is what a proxy in between sends; it is no answer of the provider's. */
function readAnswer(request: UpstreamRequest, { status, headers, text }: WholeAnswer): UpstreamAnswer {
  if (!isSuccess(status)) return { status, body: toJson(text), text: '' }
  if (request.ignoreBody || text.trim() === '') return { status, body: undefined, text: '' }
  if (!/\bjson\b/i.test(headers.get('content-type') ?? '')) throw new SyntaxError('not JSON')
  return { status, body: JSON.parse(text), text }
}

/** The body of an answer that is expected to be a refusal, in whatever form it comes. */
function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
