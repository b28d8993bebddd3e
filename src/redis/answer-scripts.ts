import { KEPT_FOR_SECONDS } from './stream-entries.ts'

/**
 * The scripts of the shared answers. An answer is kept with the number of the last drop before it was asked for, and
 * with its tags. Drops are numbered; a sorted set has the number of each tag's last one. So an answer is good as long as
 * none of its tags was dropped after it was asked for, which is looked at whenever it is kept or found.
 *
 * `#now` is the number of the last drop. What is older than `#floor` is good for nothing, since the drops before it are
 * not known any more. Both stand in the set itself: where it is evicted or lost, it begins anew above all old numbers.
 */
const NUMBERS = `
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local function int(number) return string.format('%.0f', number) end
local function numbers(key)
  local both = redis.call('ZMSCORE', key, '#now', '#floor')
  if both[1] and both[2] then return tonumber(both[1]), tonumber(both[2]) end
  local first = time[1] * 1000000 + time[2]
  redis.call('DEL', key)
  redis.call('ZADD', key, int(first), '#now', int(first), '#floor')
  redis.call('PEXPIRE', key, 86400000)
  return first, first
end
local function isCurrent(key, floor, asOf, tags)
  if asOf < floor then return false end
  if #tags == 0 then return true end
  for _, number in ipairs(redis.call('ZMSCORE', key, unpack(tags))) do
    if number and tonumber(number) > asOf then return false end
  end
  return true
end
local function words(text)
  local found = {}
  for word in string.gmatch(text, '%S+') do found[#found + 1] = word end
  return found
end
`

/**
 * Keys: answer, lock, drops. Arguments: token (empty to only look), life of the lock, greatest age, and the time before
 * which nothing is believed, all in milliseconds. Gives `kept`, age, status and body; `lease` and the
 * number of the last drop; `wait`; or `alone`.
 */
export const FIND = `${NUMBERS}
local now, floor = numbers(KEYS[3])
local kept = redis.call('HMGET', KEYS[1], 'asOf', 'at', 'tags')
if kept[1] then
  local age = math.max(0, nowMs - tonumber(kept[2]))
  if not isCurrent(KEYS[3], floor, tonumber(kept[1]), words(kept[3])) then
    redis.call('DEL', KEYS[1])
  elseif age < tonumber(ARGV[3]) and tonumber(kept[2]) >= tonumber(ARGV[4]) then
    local answer = redis.call('HMGET', KEYS[1], 'status', 'body')
    return { 'kept', int(age), answer[1], answer[2] }
  end
end
if ARGV[1] == '' then return { 'alone' } end
local held = redis.call('GET', KEYS[2])
if held == '!' then return { 'alone' } end
if held then return { 'wait' } end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return { 'lease', int(now) }
`

/**
 * Keys: answer, lock, drops. Arguments: token, number of the last drop before the answer was asked for, life, status,
 * body, tags. Whoever has lost the lock in between keeps nothing: another answer may be newer.
 */
export const KEEP = `${NUMBERS}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
local _, floor = numbers(KEYS[3])
if not isCurrent(KEYS[3], floor, tonumber(ARGV[2]), words(ARGV[6])) then return 0 end
redis.call('HSET', KEYS[1], 'asOf', ARGV[2], 'at', int(nowMs), 'tags', ARGV[6],
  'status', ARGV[4], 'body', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`

/** Keys: lock. Arguments: token, and how long those who come ask for themselves in milliseconds; 0 is not at all. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], '!', 'PX', ARGV[2])
return 1
`

/** Keys: locks. Arguments: life in milliseconds, and the token of each lock. */
export const RENEW = `
for index, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[index + 1] then redis.call('PEXPIRE', key, ARGV[1]) end
end
return 1
`

/**
 * Keys: drops, stream. Arguments: how many drops are remembered, how long the stream may get, what to tell in it (empty
 * for nothing), and tags as words, or `*` for everything. Gives the time by this clock in milliseconds, and the place of
 * what was told.
 */
export const DROP = `${NUMBERS}
local now, floor = numbers(KEYS[1])
local tags = ARGV[4]
if tags == '*' then
  redis.call('DEL', KEYS[1])
  redis.call('ZADD', KEYS[1], int(now + 1), '#now', int(now + 1), '#floor')
elseif tags ~= '' then
  redis.call('ZADD', KEYS[1], int(now + 1), '#now')
  for _, tag in ipairs(words(tags)) do redis.call('ZADD', KEYS[1], int(now + 1), tag) end
  local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
  if excess > 0 then
    local oldest = redis.call('ZPOPMIN', KEYS[1], excess)
    redis.call('ZADD', KEYS[1], oldest[#oldest], '#floor')
  end
end
redis.call('PEXPIRE', KEYS[1], 86400000)
local place = ''
if ARGV[3] ~= '' then
  place = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'told', ARGV[3])
  redis.call('EXPIRE', KEYS[2], ${KEPT_FOR_SECONDS})
end
return { int(nowMs), place }
`

/** Keys: answer, stream. Arguments: how long the stream may get, what to tell in it. */
export const FORGET = `
if redis.call('DEL', KEYS[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[1], '*', 'told', ARGV[2])
redis.call('EXPIRE', KEYS[2], ${KEPT_FOR_SECONDS})
return 1
`
