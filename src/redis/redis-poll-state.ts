import { EventLogUnavailableError } from '../events/event-log.ts'
import type { PollState } from '../events/poll-state.ts'
import type { RedisConnection } from './redis.ts'
import type { Replicas } from './replicas.ts'

export interface RedisPollStateSettings {
  readonly redis: RedisConnection
  readonly replicas: Replicas
  readonly keyspace: (...parts: readonly string[]) => string
}

/** Longer than a page takes; when who leads has died, another one does after that. */
const LEAD_MS = 15_000
/** As far back as WorkOS can be asked. */
const PLACE_MS = 30 * 24 * 60 * 60 * 1_000

/** Keys: leader. Arguments: who asks, and for how long. */
const LEAD = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

/** Keys: leader, place. Arguments: who leads, the place, for how long. Another one may lead by now, and be further. */
const STORE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`

/** One poller for all replicas. Rejects with `EventLogUnavailableError` without Redis: then there is no log to poll into. */
export function createRedisPollState({ redis, replicas, keyspace }: RedisPollStateSettings): PollState {
  const leaderKey = keyspace('poller')
  const placeKey = keyspace('polled')
  const lead = redis.script(LEAD)
  const store = redis.script(STORE)
  return {
    lead: async () => (await orUnavailable(lead([leaderKey], [replicas.id, LEAD_MS]))) === 1,
    load: () => orUnavailable(redis.run(client => client.get(placeKey))),
    async store(place) {
      await orUnavailable(store([leaderKey, placeKey], [replicas.id, place, PLACE_MS]))
    },
  }
}

async function orUnavailable<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch {
    throw new EventLogUnavailableError()
  }
}
