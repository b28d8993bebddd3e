import { createHmac } from 'node:crypto'
import { Redis, ReplyError } from 'ioredis'
import type { Logger } from '../telemetry/logger.ts'
import { createPatience, type Impatience, TRIAL_MS } from './patience.ts'

export type { Redis }

/** Redis can't be used now. `reason` is a word for logs and for `/ready`; it holds nothing of what was asked. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError'
  readonly reason: string
  constructor(reason: string) {
    super(`Redis can not be used: ${reason}.`)
    this.reason = reason
  }
}

/** Redis has answered, and what was asked makes no sense to it there; `code` is the first word of its answer. */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError'
  readonly code: string
  constructor(code: string) {
    super(`Redis answered ${code}.`)
    this.code = code
  }
}

/** `starting` until the first attempt to connect has ended, for 200 ms at most. */
export type RedisState = 'starting' | 'up' | 'down'

/** The connection of one process to Redis or Valkey. */
export interface RedisConnection {
  state(): RedisState
  /** Whether commands are sent at all; while not, each is refused at once. */
  isUp(): boolean
  /** Whether there is a connection, be it in use or not: where it is only slow, others may well use it. */
  isConnected(): boolean
  /** Why it is not up; null while it is, or nothing is known yet. */
  reason(): string | null
  /** Tells of each switch between up and down, the first `starting` to either included. Returns how to end that. */
  onChange(listener: (isUp: boolean) => void): () => void
  /**
   * Runs a command. It takes 100 ms at most, and all that one request runs takes 250 ms: whatever is slower ends the use
   * of Redis for all, until a trial in the background is answered in time. A command that was given up may still have
   * its effect. Rejects with `RedisUnavailableError`, with `RedisReplyError` for BUSYGROUP, NOGROUP and WRONGTYPE, which
   * are the caller's own matter, and with nothing else.
   */
  run<T>(command: (client: Redis) => Promise<T>): Promise<T>
  /**
   * A command made of a Lua script, sent by its hash: it is run as by `run`. Numbers of Lua arrive as integers. One with a
   * time of its own, endless for what nobody waits for, is sent whenever there is a connection, and ends no other's use.
   */
  script(lua: string, withinMs?: number): Script
  /** What several requests will wait for together begins; each calls what it gives back once that is over for it. */
  beginWait(): () => void
  /** Whether the request at hand has waited so long in all that it should do without Redis where it can. */
  isShort(): boolean
  /**
   * A connection of its own for SUBSCRIBE. It comes back by itself and has then forgotten its subscriptions: subscribe at
   * each `ready`. A dead peer is found within three seconds. Commands reject while it is not there.
   */
  subscriberConnection(): Redis
  /** A connection of its own for blocking reads, each of `MAX_BLOCK_MS` at most; for the rest as the one above. */
  blockingConnection(): Redis
  stop(): Promise<void>
}

export type Script = (keys: readonly string[], values: readonly (string | number)[]) => Promise<unknown>

/** How long a blocking read may ask Redis to wait; a connection without a word for longer than this is a dead one. */
export const MAX_BLOCK_MS = 2_000

const STARTING_MS = 200
const SILENCE_MS = 2_000
const BEAT_MS = 1_000
const TRIAL_AFTER_MS = 500
/** What fails again so soon after it came back is left alone for twice as long. */
const QUIET_MS = 10_000
const MAX_REST_MS = 8_000
/** So many in vain, and the connection is made anew. */
const MAX_TRIALS = 4
const MAX_RECONNECT_MS = 1_000

/** Answers that are a matter between the command and the data; any other means that Redis does not serve us. */
const CALLERS_CODES: ReadonlySet<string> = new Set(['BUSYGROUP', 'NOGROUP', 'WRONGTYPE'])

/**
 * Connects to a URL that `isRedisUrl` has found to be one, and keeps trying for ever. `oldestRequestMs` is for how long
 * the oldest request has been under way.
 */
export function createRedis(url: string, log: Logger, oldestRequestMs: () => number): RedisConnection {
  const client = new Redis(toOptions(url))
  const others = new Set<Redis>()
  const pings = new Set<NodeJS.Timeout>()
  const listeners = new Set<(isUp: boolean) => void>()
  const patience = createPatience(why => fail(why), oldestRequestMs)
  let state: RedisState = 'starting'
  let reason: string | null = null
  let trial: NodeJS.Timeout | undefined
  let isStopped = false
  let hasWarned = false
  let scripts = 0
  let trials = 0
  let restMs = TRIAL_AFTER_MS
  let upSinceMs = Number.NEGATIVE_INFINITY

  function switchTo(next: 'up' | 'down', why: string | null): void {
    if (isStopped || state === next) return
    state = next
    reason = why
    if (next === 'up' && hasWarned) log.info('Redis can be used again')
    if (next === 'up') hasWarned = false
    for (const listener of listeners) listener(next === 'up')
  }

  /** Once an attempt has failed, which takes two seconds at most; that none has ended yet may be due to this process. */
  function warn(): void {
    if (isStopped || hasWarned) return
    hasWarned = true
    log.warn({ reason }, 'Redis can not be used; this process works alone')
  }

  /** Ends the use of it for everybody, and tries again in a while. */
  function fail(why: string): void {
    const nowMs = performance.now()
    if (state === 'up')
      restMs = nowMs < upSinceMs + QUIET_MS ? Math.min(2 * restMs, MAX_REST_MS) : TRIAL_AFTER_MS
    switchTo('down', why)
    if (!isStopped) reason = why
    warn()
    patience.abandon(why as Impatience)
    clearTimeout(trial)
    if (!isStopped) trial = setTimeout(tryAgain, restMs).unref()
  }

  /** Nobody's command is the trial, so nobody waits for it. A connection that is not there comes with `ready`. */
  function tryAgain(): void {
    clearTimeout(trial)
    if (client.status !== 'ready' || isStopped) return
    patience.wait(client.ping(), unavailable, TRIAL_MS).then(
      () => {
        trials = 0
        upSinceMs = performance.now()
        switchTo('up', null)
      },
      error => {
        fail(toReason(error))
        // A connection that has lost an answer on the way gives all later ones to the wrong question.
        trials = (trials + 1) % MAX_TRIALS
        if (trials === 0) client.disconnect(true)
      },
    )
  }

  async function run<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    if (state !== 'up') throw new RedisUnavailableError(reason ?? 'starting')
    try {
      return await patience.wait(command(client), unavailable)
    } catch (error) {
      // The error of a command has its arguments in it, so it goes no further.
      const why = toReason(error)
      if (CALLERS_CODES.has(why)) throw new RedisReplyError(why)
      if (state === 'up') fail(why)
      throw new RedisUnavailableError(why)
    }
  }

  client.on('ready', tryAgain)
  client.on('error', error => fail(toReason(error)))
  client.on('close', () => fail(reason ?? 'unreachable'))
  const starting = setTimeout(() => state === 'starting' && switchTo('down', 'unreachable'), STARTING_MS)
  // Without it nobody would notice, while nothing is asked, that it has gone.
  const beat = setInterval(() => state === 'up' && run(one => one.ping()).catch(ignore), BEAT_MS)
  for (const timer of [starting, beat]) timer.unref()

  function open(silenceMs: number): Redis {
    const other = client.duplicate({ socketTimeout: silenceMs })
    other.on('error', ignore)
    others.add(other)
    other.once('end', () => others.delete(other))
    return other
  }

  return {
    state: () => state,
    isUp: () => state === 'up',
    isConnected: () => client.status === 'ready',
    reason: () => (state === 'up' ? null : reason),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    run,
    beginWait: patience.beginWait,
    isShort: patience.isShort,
    script(lua, withinMs) {
      scripts += 1
      const name = `dirgraph${scripts}`
      client.defineCommand(name, { lua })
      // ioredis has no types for commands that are defined while it runs.
      const { [name]: command } = client as unknown as Record<
        string,
        (...values: unknown[]) => Promise<unknown>
      >
      const send = (keys: readonly string[], values: readonly (string | number)[]) =>
        command?.call(client, keys.length, ...keys, ...values) ?? Promise.resolve()
      if (withinMs === undefined) return (keys, values) => run(() => send(keys, values))
      return (keys, values) =>
        patience.wait(send(keys, values), unavailable, withinMs).catch(error => {
          throw new RedisUnavailableError(toReason(error))
        })
    },
    subscriberConnection() {
      const other = open(SILENCE_MS)
      const pinging = setInterval(() => other.status === 'ready' && other.ping().catch(ignore), BEAT_MS)
      pinging.unref()
      pings.add(pinging)
      return other
    },
    blockingConnection: () => open(MAX_BLOCK_MS + SILENCE_MS),
    async stop() {
      isStopped = true
      state = 'down'
      reason = 'stopped'
      for (const timer of [starting, beat, trial, ...pings]) clearTimeout(timer)
      patience.abandon('timeout')
      await Promise.all([client, ...others].map(disconnect))
    },
  }
}

/**
 * The beginning of all keys that belong to these credentials, in braces so that a cluster keeps them together. Others
 * have another one, and the credentials can not be read from it: it is a hash keyed with them.
 */
export function createKeyspace(...credentials: readonly string[]): (...parts: readonly string[]) => string {
  const hash = createHmac('sha256', credentials.join('\n'))
    .update('dirgraph')
    .digest('base64url')
    .slice(0, 22)
  return (...parts) => [`dirgraph:{${hash}}`, ...parts].join(':')
}

function toOptions(text: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(text)
  const host = hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: port === '' ? 6_379 : Number(port),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    db: Number(pathname.slice(1)),
    ...(protocol === 'rediss:' && { tls: { servername: host } }),
    // The older protocol is the one that every Redis and Valkey speaks without a word about it.
    protocol: 2 as const,
    disableClientInfo: true,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    disconnectTimeout: 100,
    // What could not be sent, or got no answer, is over: whoever asked has gone on without it.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Its promise is nobody's, so its failure would be nobody's either.
    autoResubscribe: false,
    retryStrategy: (attempt: number) =>
      Math.min(MAX_RECONNECT_MS, 50 * 2 ** Math.min(attempt, 5)) * (0.75 + Math.random() / 2),
  }
}

function unavailable(why: string): RedisUnavailableError {
  return new RedisUnavailableError(why)
}

/** A word that says why and gives nothing away: of what Redis answers its code, of all else that it was not there. */
function toReason(error: unknown): string {
  if (error instanceof RedisUnavailableError) return error.reason
  if (error instanceof ReplyError) return /^[A-Z]+/.exec((error as Error).message)?.[0] ?? 'ERR'
  return 'unreachable'
}

async function disconnect(client: Redis): Promise<void> {
  const hasSocket = ['connecting', 'connect', 'ready'].includes(client.status)
  const ended = new Promise(resolve => client.once('end', resolve))
  client.disconnect()
  if (hasSocket) await ended
}

function ignore(): void {}
