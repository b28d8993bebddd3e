import ky, { HTTPError, type Options } from 'ky'
import pLimit from 'p-limit'
import type { CallContext } from '../domain/directory-provider.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import { InvalidInputError, UnavailableError } from '../domain/provider-error.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createFetchWhole } from './fetch-whole.ts'
import { mayHaveArrived, retryAfterSecondsOf, toOutcomeUnknown, toProviderError } from './upstream-errors.ts'

export interface UpstreamSettings {
  readonly provider: ProviderName
  /** Without a trailing slash. */
  readonly baseUrl: string
  /**
   * The Authorization header of a request; null for requests that have none. `refused` is the header that was
   * just answered with 401: a new one leads to one replay, the same one ends it.
   */
  readonly authorization: ((call: CallContext, refused: string | null) => Promise<string>) | null
  readonly log: Logger
}

/** Values by parameter name; what is null is left out. */
export type Query = Readonly<Record<string, string | number | boolean | null>>

export interface UpstreamRequest {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below the base URL, made by `urlPath`. */
  readonly path: string
  readonly query?: Query
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  /**
   * True for a GET that changes something upstream: sent once, as every other method is. False for a POST that
   * changes nothing.
   */
  readonly isWrite?: boolean
  /** For answers whose body nobody reads, whatever its form. */
  readonly ignoreBody?: boolean
  /** Statuses above 399 that are an answer, not a failure. */
  readonly answers?: readonly number[]
}

export interface UpstreamAnswer {
  readonly status: number
  /** The JSON of the answer; undefined where there is none. */
  readonly body: unknown
}

/** Speaks HTTP to one provider. Rejects with a `ProviderError` and with nothing else. */
export interface UpstreamClient {
  send(request: UpstreamRequest, call: CallContext): Promise<UpstreamAnswer>
  /** Whether the last call was answered; null before the first. */
  isReachable(): boolean | null
}

const ATTEMPT_TIMEOUT_MS = 4_000
const TOTAL_TIMEOUT_MS = 10_000
/** Longer than this a caller is told to come back instead of being kept waiting. */
const MAX_RETRY_AFTER_SECONDS = 5
const MAX_BODY_BYTES = 16 * 1_024 * 1_024
const MAX_PARALLEL_CALLS = 16

/**
 * A client with timeouts by attempt and in all, at most two retries and those for reads only, a cap on bodies,
 * no redirects, and a limit on parallel calls. ky's own defaults retry PUT and DELETE as well, wait for any
 * Retry-After however long, and have no total timeout.
 */
export function createUpstreamClient(settings: UpstreamSettings): UpstreamClient {
  const { provider, authorization, log } = settings
  const inParallel = pLimit(MAX_PARALLEL_CALLS)
  const http = ky.create({
    prefix: settings.baseUrl,
    fetch: createFetchWhole(MAX_BODY_BYTES),
    headers: { accept: 'application/json', 'user-agent': 'dirgraph' },
    redirect: 'error',
    credentials: 'omit',
    timeout: ATTEMPT_TIMEOUT_MS,
    totalTimeout: TOTAL_TIMEOUT_MS,
    retry: {
      limit: 2,
      methods: ['get'],
      statusCodes: [408, 429, 500, 502, 503, 504],
      jitter: true,
      backoffLimit: 2_000,
      maxRetryAfter: MAX_RETRY_AFTER_SECONDS * 1_000,
      shouldRetry: ({ error }) =>
        error instanceof HTTPError &&
        (retryAfterSecondsOf(error.response.headers) ?? 0) > MAX_RETRY_AFTER_SECONDS
          ? false
          : undefined,
    },
  })
  let reachable: boolean | null = null

  async function attempt(
    request: UpstreamRequest,
    call: CallContext,
    refused: string | null,
    progress: { isSent: boolean },
  ): Promise<UpstreamAnswer> {
    const header = authorization === null ? null : await authorization(call, refused)
    if (header !== null && header === refused) throw new UnavailableError(provider, 'credentials-refused')
    call.signal.throwIfAborted()
    progress.isSent = true
    try {
      const response = await http(request.path, toOptions(request, header, call.signal))
      return {
        status: response.status,
        body: request.ignoreBody ? undefined : await readJson(provider, response),
      }
    } catch (error) {
      if (!(error instanceof HTTPError)) throw error
      const { status } = error.response
      if (status === 401 && header !== null && refused === null) {
        progress.isSent = false
        return attempt(request, call, header, progress)
      }
      if (request.answers?.includes(status)) return { status, body: error.data }
      throw error
    }
  }

  async function send(request: UpstreamRequest, call: CallContext): Promise<UpstreamAnswer> {
    const isWrite = request.isWrite ?? request.method !== 'get'
    const startedAt = performance.now()
    const progress = { isSent: false }
    try {
      call.signal.throwIfAborted()
      const answer = await attempt(request, call, null, progress)
      reachable = true
      logCall(request, call, startedAt, answer.status)
      return answer
    } catch (thrown) {
      const error = toProviderError(provider, thrown)
      // A caller who went away says nothing about the provider.
      if (!isAbandoned(call.signal)) reachable = !(error instanceof UnavailableError)
      logCall(request, call, startedAt, error instanceof UnavailableError ? error.reason : error.code)
      throw isWrite && progress.isSent && mayHaveArrived(thrown) ? toOutcomeUnknown(error) : error
    }
  }

  /** Without the query, which can hold an e-mail address. */
  function logCall(
    { method, path }: UpstreamRequest,
    call: CallContext,
    startedAt: number,
    outcome: string | number,
  ) {
    const durationMs = Math.round(performance.now() - startedAt)
    log.debug({ requestId: call.requestId, provider, method, path, outcome, durationMs }, 'upstream call')
  }

  return {
    send: (request, call) => inParallel(() => send(request, call)),
    isReachable: () => reachable,
  }
}

/**
 * A path with its ids encoded, so that none of them can leave its place. Throws `InvalidInputError` for a
 * segment of dots, which URLs resolve however it is encoded.
 */
export function urlPath(strings: TemplateStringsArray, ...ids: readonly string[]): string {
  if (ids.some(id => /^\.{0,2}$/.test(id))) throw new InvalidInputError('This can be no id.')
  return String.raw({ raw: strings }, ...ids.map(id => encodeURIComponent(id))).replace(/^\//, '')
}

function toOptions(request: UpstreamRequest, authorization: string | null, signal: AbortSignal): Options {
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  )
  return {
    method: request.method,
    signal,
    ...(query.length > 0 && { searchParams: query }),
    ...(authorization !== null && { headers: { authorization } }),
    ...(request.json !== undefined && { json: request.json }),
    ...(request.form !== undefined && { body: new URLSearchParams(request.form) }),
    ...(request.isWrite && { retry: 0 }),
  }
}

/** Whether it was the caller who gave up; a deadline that ran out is a signal's `TimeoutError` instead. */
function isAbandoned({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof Error && reason.name === 'TimeoutError')
}

/** A page of HTML with status 200 is what a proxy in between sends; it is no answer of the provider's. */
async function readJson(provider: ProviderName, response: Response): Promise<unknown> {
  const text = await response.text()
  if (text.trim() === '') return undefined
  if (!/\bjson\b/i.test(response.headers.get('content-type') ?? '')) {
    throw new UnavailableError(provider, 'bad-response')
  }
  return JSON.parse(text)
}
