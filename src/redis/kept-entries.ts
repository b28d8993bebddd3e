import { comparePlaces, KEPT_FOR_SECONDS, MOVED_FROM, type StreamEntry } from './stream-entries.ts'

/** The last entries of a stream as one replica knows them, for a Redis that has lost them. */
export interface KeptEntries {
  isEmpty(): boolean
  /** One that was read, or else one that this replica has added and may not have read yet. It has no older place then. */
  add(entry: StreamEntry, isRead: boolean): void
  hasRead(place: string): boolean
  /** The place of the oldest; null where nothing is kept. */
  oldest(): string | null
  /** What comes next does not follow what is kept. */
  clear(): void
  /** Puts back what is missing, and says whether something was. Rejects as `evaluate` does. */
  giveBack(key: string, evaluate: Evaluate): Promise<boolean>
}

/** Runs a Lua script with that key. */
export type Evaluate = (lua: string, key: string, values: readonly string[]) => Promise<unknown>

const MAX_ENTRIES = 1_000
const MAX_CHARACTERS = 4 * 1_024 * 1_024
/** If Redis has lost anything, it is the last of it. */
const LOOKED_AT = 100

/** KEYS: stream. ARGV: places. Whether one is missing that is not older than all that is there. */
const IS_MISSING = `
for _, place in ipairs(ARGV) do
  local isOlder = redis.call('EXISTS', KEYS[1]) == 1 and not redis.call('XRANGE', KEYS[1], '-', place, 'COUNT', 1)[1]
  if not isOlder and not redis.call('XRANGE', KEYS[1], place, place)[1] then return 1 end
end
return 0`

/**
 * KEYS: stream. ARGV: for how long it is kept, then each place and its texts. What something newer stands behind already
 * gets a new place, where those find it who have read on, and says which one it had.
 */
const GIVE_BACK = `
local function hasMoved(place)
  for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', place)) do
    local texts = entry[2]
    if texts[#texts - 1] == '${MOVED_FROM}' and texts[#texts] == place then return true end
  end
  return false
end
local isEmpty = redis.call('EXISTS', KEYS[1]) == 0
for index = 2, #ARGV, 2 do
  local place, texts = ARGV[index], cjson.decode(ARGV[index + 1])
  local isOlder = not isEmpty and not redis.call('XRANGE', KEYS[1], '-', place, 'COUNT', 1)[1]
  if not isOlder and not redis.call('XRANGE', KEYS[1], place, place)[1] then
    local added = redis.pcall('XADD', KEYS[1], place, unpack(texts))
    if added.err and not hasMoved(place) then
      table.insert(texts, '${MOVED_FROM}')
      table.insert(texts, place)
      redis.call('XADD', KEYS[1], '*', unpack(texts))
    end
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])`

/**
 * A Redis that was killed comes back empty, and one that takes over for another may lack the last second. Each replica
 * then gives back what it knows, under the places that it had: whoever reads or comes back goes on where they were.
 */
export function createKeptEntries(): KeptEntries {
  const kept = new Map<string, { readonly texts: string; isRead: boolean }>()
  let characters = 0

  function add({ place, fields }: StreamEntry, isRead: boolean): void {
    const known = kept.get(place)
    if (known) {
      known.isRead ||= isRead
      return
    }
    const texts = JSON.stringify(Object.entries(fields).flat())
    kept.set(place, { texts, isRead })
    characters += texts.length
    for (const oldest of kept.keys()) {
      if (kept.size === 1 || (kept.size <= MAX_ENTRIES && characters <= MAX_CHARACTERS)) return
      forget(oldest)
    }
  }

  function forget(place: string): void {
    characters -= kept.get(place)?.texts.length ?? 0
    kept.delete(place)
  }

  return {
    isEmpty: () => kept.size === 0,
    add({ place, fields: { [MOVED_FROM]: was, ...fields } }, isRead) {
      if (was !== undefined) forget(was)
      add({ place, fields }, isRead)
    },
    hasRead: place => kept.get(place)?.isRead ?? false,
    oldest: () => [...kept.keys()].toSorted(comparePlaces)[0] ?? null,
    clear() {
      kept.clear()
      characters = 0
    },
    async giveBack(key, evaluate) {
      const places = [...kept.keys()].toSorted(comparePlaces)
      if ((await evaluate(IS_MISSING, key, places.slice(-LOOKED_AT))) !== 1) return false
      const entries = places.flatMap(place => [place, kept.get(place)?.texts ?? '[]'])
      await evaluate(GIVE_BACK, key, [`${KEPT_FOR_SECONDS}`, ...entries])
      return true
    },
  }
}
