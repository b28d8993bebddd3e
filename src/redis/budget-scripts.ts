/**
 * A window is a sorted set: a member for each turn, scored with the latest moment, by Redis's own clock, at which its
 * request arrives. What is not sent yet has its lease as that; a process that dies leaves no more than this behind.
 */
const WINDOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local function score(number) return string.format('%.3f', number) end

-- How many places are left, how many are taken, and for how many milliseconds nobody may start.
local function look(window, pause, limit, span, lease)
  redis.call('ZREMRANGEBYSCORE', window, '-inf', score(now - span))
  -- No score lies further ahead, unless the clock was set back.
  redis.call('ZREMRANGEBYSCORE', window, '(' .. score(now + lease), '+inf')
  local used = redis.call('ZCARD', window)
  local paused = math.max(0, redis.call('PTTL', pause))
  return {paused > 0 and 0 or math.max(0, limit - used), used, paused}
end

-- In how many milliseconds to ask again, and when the first and the last place come free; 0 where there is one left.
local function times(window, seen, limit, span)
  local used, paused = seen[2], seen[3]
  if paused > 0 then return paused, paused, paused end
  if used < limit then return 0, 0, 0 end
  local first = tonumber(redis.call('ZRANGE', window, used - limit, used - limit, 'WITHSCORES')[2])
  local last = tonumber(redis.call('ZRANGE', window, -1, -1, 'WITHSCORES')[2])
  local firstIn = math.min(first, now) + span - now
  -- Of a request under way it is not known how soon its place is free: that is worth another look.
  local againIn = first > now and math.min(50, firstIn) or firstIn
  return math.ceil(againIn), math.ceil(firstIn), math.ceil(math.min(last, now) + span - now)
end
`

/**
 * Takes as many of the turns as both windows have places for, or none of them.
 * KEYS: window and pause of the provider, who waits, what was used lately, then window and pause of the directory.
 * ARGV: process, how many wait there, lease, limit and span of the provider, limit and span of the directory, the
 * directory's name, and an id for each turn.
 */
export const TAKE = `${WINDOW}
local process, waiting, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local totalLimit, totalSpan, scopeLimit, scopeSpan = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local total = look(KEYS[1], KEYS[2], totalLimit, totalSpan, lease)
local scope = KEYS[5] and look(KEYS[5], KEYS[6], scopeLimit, scopeSpan, lease)
local others = {}
local all = redis.call('HGETALL', KEYS[3])
for index = 1, #all, 2 do
  local count, at = string.match(all[index + 1], '(%d+) (%d+)')
  if all[index] ~= process and now - at < 2000 then others[#others + 1] = tonumber(count) end
end
-- Who waits as well finds its part when it asks; what it leaves is there for the next ask.
local free = math.min(total[1], scope and scope[1] or total[1])
local part = free == 0 and 0 or math.max(1, math.floor(free / (1 + #others)))
local granted = math.min(#ARGV - 8, part)
for index = 9, 8 + granted do
  redis.call('ZADD', KEYS[1], score(now + lease), ARGV[index])
  if scope then redis.call('ZADD', KEYS[5], score(now + lease), ARGV[index]) end
end
redis.call('PEXPIRE', KEYS[1], math.ceil(totalSpan + lease))
total[2] = total[2] + granted
if scope then
  scope[2] = scope[2] + granted
  redis.call('PEXPIRE', KEYS[5], math.ceil(scopeSpan + lease))
  redis.call('ZADD', KEYS[4], score(now), ARGV[8])
  redis.call('PEXPIRE', KEYS[4], 10000)
end
if waiting > granted then
  redis.call('HSET', KEYS[3], process, (waiting - granted) .. ' ' .. math.floor(now))
  redis.call('PEXPIRE', KEYS[3], 5000)
else
  redis.call('HDEL', KEYS[3], process)
end
local answer = {granted, total[2], times(KEYS[1], total, totalLimit, totalSpan)}
if scope then
  local againIn, firstIn, lastIn = times(KEYS[5], scope, scopeLimit, scopeSpan)
  answer = {granted, answer[2], answer[3], answer[4], answer[5], scope[2], againIn, firstIn, lastIn}
else
  for place = 6, 9 do answer[place] = 0 end
end
for _, count in ipairs(others) do answer[#answer + 1] = count end
return answer`

/**
 * What became of turns. KEYS: windows of the provider and of the directory. ARGV: for how long each is of interest, then
 * for each turn its id and how long ago its request arrived at the latest, or an empty text where it gave its place back.
 */
export const NOTE = `${WINDOW}
for index, window in ipairs(KEYS) do
  for place = #KEYS + 1, #ARGV, 2 do
    if ARGV[place + 1] == '' then redis.call('ZREM', window, ARGV[place])
    else redis.call('ZADD', window, score(now - ARGV[place + 1]), ARGV[place]) end
  end
  redis.call('PEXPIRE', window, ARGV[index])
end`

/** Nobody starts for so long, or for as long as was said before. KEYS: the pause. ARGV: milliseconds. */
export const PAUSE = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end`

/** How many places of the provider's window are taken, and the directories that were used in the last two seconds. */
export const LOOK = `${WINDOW}
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', score(now - 2000))
return {redis.call('ZCOUNT', KEYS[1], score(now - ARGV[1]), '+inf'), redis.call('ZRANGE', KEYS[2], 0, ARGV[2])}`
