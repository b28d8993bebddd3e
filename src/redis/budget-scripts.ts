import { LONG_ALONE_SHARES } from '../upstream/budget-shares.ts'

/** By Redis's own clock, which is the one that all have. */
const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local function score(number) return string.format('%.3f', number) end
`

/**
 * Who has said nothing for long is most likely dead, but may live without Redis: for half an hour it is left a half of its
 * share. Of all such together no more than half of a limit, so that many that were killed do not leave the living without any.
 */
const REMEMBERED_MS = 30 * 60 * 1_000
/** What was sent last before that arrives a second later at most, and clocks differ a little. */
const LAST_ARRIVAL_MS = 2_000

/**
 * How a process stands to the others: a field of the sharers has the moment from which on it works alone, unless it says
 * something else before, and of how many shares it then takes one. Where Redis has lost that, what the process remembers
 * of the others is put back. KEYS: the sharers. ARGV: process, in how many milliseconds that is, how many shares, how long
 * who is alone has its whole share, the longest window, then the fields and values that are remembered. Gives back of how
 * many shares the process may take one if it loses Redis now, and all fields and values: what those who are alone have is
 * not there for the others.
 */
export const SAY = `${CLOCK}
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  for index = 6, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[index], ARGV[index + 1]) end
end
redis.call('HSET', KEYS[1], ARGV[1], math.floor(now + ARGV[2]) .. ' ' .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ${2 * REMEMBERED_MS})
local said, together, alone, longAlone, known = redis.call('HGETALL', KEYS[1]), 0, 0, 0, 0
for index = 1, #said, 2 do
  local from, of = string.match(said[index + 1], '(%d+) ([%d.]+)')
  local forMs = now - from
  if math.abs(forMs) > ${REMEMBERED_MS} then redis.call('HDEL', KEYS[1], said[index])
  elseif forMs > ARGV[4] + ARGV[5] + ${LAST_ARRIVAL_MS} then longAlone = longAlone + 1 / (of * ${LONG_ALONE_SHARES})
  else
    known = known + 1
    if forMs < 0 then together = together + 1 else alone = alone + 1 / of end
  end
end
local left = math.max(1 - alone - math.min(longAlone, 0.5), 1 / known)
return {string.format('%.6f', math.max(1, together) / left), said}`

/** It has gone, and takes nothing any more. */
export const LEAVE = `redis.call('HDEL', KEYS[1], ARGV[1])`

/**
 * A window is a sorted set: a member for each turn, scored with the latest moment at which its request arrives. What is
 * not sent yet has its lease as that; a process that dies leaves no more than this behind. Beside it stands the same of
 * each process alone.
 */
const WINDOW = `${CLOCK}
local function ofProcess(window, process) return window .. ':' .. process end

local function enter(window, process, at, id)
  redis.call('ZADD', window, score(at), id)
  redis.call('ZADD', ofProcess(window, process), score(at), id)
end

local function leave(window, process, id)
  redis.call('ZREM', window, id)
  redis.call('ZREM', ofProcess(window, process), id)
end

-- What is older is of no interest any more.
local function keep(window, process, forMs)
  for _, key in ipairs({window, ofProcess(window, process)}) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', score(now - forMs))
    redis.call('PEXPIRE', key, math.ceil(forMs))
  end
end

local function expire(window, span, lease)
  redis.call('ZREMRANGEBYSCORE', window, '-inf', score(now - span))
  -- No score lies further ahead, unless the clock was set back.
  redis.call('ZREMRANGEBYSCORE', window, '(' .. score(now + lease), '+inf')
  return redis.call('ZCARD', window)
end

-- How many places are left to us, how many are taken, for how many milliseconds nobody may start, and of how many that
-- goes: what those who take their shares by themselves have not taken of them is left to them. But some may be dead, so
-- one share of all that are known is not.
local function look(window, pause, limit, span, lease, shares, known, longAlone)
  local used, theirs, left, long = expire(window, span, lease), 0, 0, 0
  for _, of in ipairs(longAlone) do long = long + math.max(1, math.floor(limit / of)) end
  local ours = limit - math.min(long, math.floor(limit / 2))
  for process, of in pairs(shares) do
    local has = expire(ofProcess(window, process), span, lease)
    theirs = theirs + has
    left = left + math.max(0, math.max(1, math.floor(limit / of)) - has)
  end
  local least = math.max(1, math.floor(limit / known))
  local most = math.min(ours, math.max(ours - left, theirs + least))
  local paused = math.max(0, redis.call('PTTL', pause))
  return {paused > 0 and 0 or math.max(0, most - used), used, paused, most}
end

-- In how many milliseconds to ask again, and when the first and the last place come free; 0 where there is one left.
local function times(window, seen, span)
  local used, paused, limit = seen[2], seen[3], seen[4]
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
 * KEYS: window and pause of the provider, who found it short lately, the sharers, who waits, what was used lately, then
 * window and pause of the directory.
 * ARGV: process, how many wait there, lease, limit and span of the provider, limit and span of the directory, the
 * directory's name, how long who is alone has its whole share, and an id for each turn.
 */
export const TAKE = `${WINDOW}
local process, waiting, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local totalLimit, totalSpan, scopeLimit, scopeSpan = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local alone, longAlone, shares, known = {}, {}, {}, 1
local longMs = ARGV[9] + totalSpan + ${LAST_ARRIVAL_MS}
local said = redis.call('HGETALL', KEYS[4])
for index = 1, #said, 2 do
  local from, of = string.match(said[index + 1], '(%d+) ([%d.]+)')
  shares[said[index]] = tonumber(of)
  if said[index] ~= process then
    if now - from > longMs then longAlone[#longAlone + 1] = of * ${LONG_ALONE_SHARES}
    else
      known = known + 1
      if now >= tonumber(from) then alone[said[index]] = tonumber(of) end
    end
  end
end
local function sharesOf(other) return math.max(2, shares[other] or 2) end
-- Who wants more takes turns with us: what is left to it is there for it though it may lose Redis the next moment.
local ofTotal, ofScope, others = {}, {}, {}
for other, of in pairs(alone) do ofTotal[other], ofScope[other] = of, of end
for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], score(now - 2000), '+inf')) do
  if other ~= process and not alone[other] then ofTotal[other] = sharesOf(other) end
end
local all = redis.call('HGETALL', KEYS[5])
for index = 1, #all, 2 do
  local other = all[index]
  local many, at = string.match(all[index + 1], '(%d+) (%d+)')
  if other ~= process and not alone[other] and now - at < 2000 then
    others[#others + 1] = tonumber(many)
    ofScope[other] = sharesOf(other)
  end
end
local total = look(KEYS[1], KEYS[2], totalLimit, totalSpan, lease, ofTotal, known, longAlone)
local scope = KEYS[7] and look(KEYS[7], KEYS[8], scopeLimit, scopeSpan, lease, ofScope, known, longAlone)
-- Who waits as well finds its part when it asks; what it leaves is there for the next ask.
local free = math.min(total[1], scope and scope[1] or total[1])
local ofAll = math.min(totalLimit - total[2], scope and scopeLimit - scope[2] or totalLimit)
local granted = math.min(#ARGV - 9, free, math.max(1, math.floor(ofAll / (1 + #others))))
for index = 10, 9 + granted do
  enter(KEYS[1], process, now + lease, ARGV[index])
  if scope then enter(KEYS[7], process, now + lease, ARGV[index]) end
end
keep(KEYS[1], process, totalSpan + lease)
total[2] = total[2] + granted
if scope then
  scope[2] = scope[2] + granted
  keep(KEYS[7], process, scopeSpan + lease)
  redis.call('ZADD', KEYS[6], score(now), ARGV[8])
  redis.call('PEXPIRE', KEYS[6], 10000)
end
if waiting > granted then
  redis.call('HSET', KEYS[5], process, (waiting - granted) .. ' ' .. math.floor(now))
  redis.call('PEXPIRE', KEYS[5], 5000)
else
  redis.call('HDEL', KEYS[5], process)
end
local answer = {granted, total[2] + totalLimit - total[4], times(KEYS[1], total, totalSpan)}
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', score(now - 2000))
if waiting > granted and answer[3] > 0 then
  -- Until then it does not ask.
  redis.call('ZADD', KEYS[3], score(now + answer[3]), process)
  redis.call('PEXPIRE', KEYS[3], 5000 + answer[3])
elseif not scope then
  redis.call('ZREM', KEYS[3], process)
end
if scope then
  local againIn, firstIn, lastIn = times(KEYS[7], scope, scopeSpan)
  local used = scope[2] + scopeLimit - scope[4]
  answer = {granted, answer[2], answer[3], answer[4], answer[5], used, againIn, firstIn, lastIn}
else
  for place = 6, 9 do answer[place] = 0 end
end
-- Of who is alone it is not known how many wait: as many as here.
for _ in pairs(alone) do others[#others + 1] = waiting end
for _, count in ipairs(others) do answer[#answer + 1] = count end
return answer`

/**
 * What became of turns. KEYS: windows of the provider and of the directory. ARGV: process, for how long each window is of
 * interest, then for each turn its id and how long ago its request arrived at the latest, or an empty text where it gave
 * its place back.
 */
export const NOTE = `${WINDOW}
local process = ARGV[1]
for index, window in ipairs(KEYS) do
  for place = #KEYS + 2, #ARGV, 2 do
    if ARGV[place + 1] == '' then leave(window, process, ARGV[place])
    else enter(window, process, now - ARGV[place + 1], ARGV[place]) end
  end
  keep(window, process, ARGV[index + 1])
end`

/** Nobody starts for so long, or for as long as was said before. KEYS: the pause. ARGV: milliseconds. */
export const PAUSE = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end`

/** How many places of the provider's window are taken, and the directories that were used in the last two seconds. */
export const LOOK = `${CLOCK}
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', score(now - 2000))
return {redis.call('ZCOUNT', KEYS[1], score(now - ARGV[1]), '+inf'), redis.call('ZRANGE', KEYS[2], 0, ARGV[2])}`
