import { randomUUID } from 'node:crypto'
import { RELEASE, RENEW } from './answer-scripts.ts'
import type { RedisConnection } from './redis.ts'

/** The locks that this process holds while it asks a provider. */
export interface Leases {
  /** How long one lasts that nobody renews, in milliseconds: when a process dies, others wait no longer. */
  readonly lifeMs: number
  createToken(): string
  /** Renews it from now on. */
  hold(key: string, token: string): void
  /** Renews it no more. */
  drop(key: string): void
  /** Gives it up; whoever comes within `aloneMs` asks for itself, and takes none. */
  release(key: string, token: string, aloneMs: number): void
}

const LIFE_MS = 1_000
const RENEW_MS = 350

export function createLeases(redis: RedisConnection): Leases {
  const renew = redis.script(RENEW, Number.POSITIVE_INFINITY)
  const release = redis.script(RELEASE, Number.POSITIVE_INFINITY)
  const held = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined

  function renewAll(): void {
    renew([...held.keys()], [LIFE_MS, ...held.values()]).catch(() => {})
  }

  function drop(key: string): void {
    held.delete(key)
    if (held.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    lifeMs: LIFE_MS,
    createToken: randomUUID,
    hold(key, token) {
      held.set(key, token)
      timer ??= setInterval(renewAll, RENEW_MS).unref()
    },
    drop,
    release(key, token, aloneMs) {
      drop(key)
      release([key], [token, aloneMs]).catch(() => {})
    },
  }
}
