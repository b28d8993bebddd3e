import { BROKEN, type FaultRecord } from '../faults.ts'
import type { Entry } from '../load/journal.ts'
import type { RunRecord } from '../run.ts'
import type { ToldEvent } from '../sandbox/told-events.ts'
import { type Hearing, hearingOf } from '../truth/heard-events.ts'

/** One thing that has to be so. */
export interface Verdict {
  readonly what: string
  readonly found: string
  readonly isGood: boolean
  /** What was wrong, for whoever looks for the reason; a few lines at most. */
  readonly details: readonly string[]
}

const MAX_MIB_PER_MINUTE = 1
/** What the containers of `deploy/` are given is more. */
const MAX_MIB = 384
const LONG_SECONDS = 600
const MAX_DETAILS = 12

/** Everything that has to hold at the end of a run. */
export function judgeRun(record: RunRecord): Verdict[] {
  return [
    judgeAnswers(record),
    judgeOwnWrites(record),
    judgeErrors(record),
    judgeEvents(record),
    judgeDeliveries(record),
    judgeWrites(record),
    judgeLimits(record),
    judgeMemory(record),
    judgeLogs(record),
  ]
}

function judgeAnswers({ judged: { counts, offences }, beganMs }: RunRecord): Verdict {
  const { right, stale, wrong, unknown } = counts
  return {
    what: 'no wrong answer, and none older than what a subscriber was told',
    found: `right ${right}, too old ${stale}, wrong ${wrong + unknown}`,
    isGood: right > 0 && stale + wrong + unknown === 0,
    details: offences.map(({ verdict, what, sentAtMs }) => `${at(sentAtMs, beganMs)}: ${verdict}: ${what}`),
  }
}

/** While replicas can't hear of each other, one may not know what the other has written. */
function judgeOwnWrites({ unseen, readsAfterWrites, faults, beganMs }: RunRecord): Verdict {
  const missing = unseen.filter(
    ({ atMs }) => !faultsAt(faults, atMs, atMs).some(({ isSilence }) => isSilence),
  )
  return {
    what: 'a read right after a write shows it, by either replica',
    found: `reads ${readsAfterWrites}, without it ${missing.length}`,
    isGood: missing.length === 0,
    details: missing.map(({ name, atMs }) => `${at(atMs, beganMs)}: ${name}`),
  }
}

function judgeErrors({ journal, faults, lost, beganMs }: RunRecord): Verdict {
  const failed = journal.entries.filter(({ codes }) => codes.length > 0)
  const taken = new Set(lost)
  const unexplained = failed.filter(
    entry => !isExplained(entry, faults) || (isBroken(entry) && !taken.has(entry.requestId)),
  )
  return {
    what: 'errors only of codes that a fault explains, and near it; a kill takes what was under way, and no more',
    found: `operations ${journal.entries.length}, failed ${failed.length}, unexplained ${unexplained.length}`,
    isGood: unexplained.length === 0,
    details: unexplained.map(
      ({ operation, codes, messages, sentAtMs, answeredAtMs }) =>
        `${at(sentAtMs, beganMs)}, for ${Math.round(answeredAtMs - sentAtMs)} ms: ${operation}: ${codes.join(', ')}: ${messages.join(' ')}`,
    ),
  }
}

function isBroken({ codes }: Entry): boolean {
  return BROKEN.some(code => codes.includes(code))
}

function isExplained({ codes, sentAtMs, answeredAtMs }: Entry, faults: readonly FaultRecord[]): boolean {
  const allowed = faultsAt(faults, sentAtMs, answeredAtMs).flatMap(fault => fault.codes)
  return codes.every(code => allowed.includes(code))
}

/** The faults of which something may be seen in that time. */
export function faultsAt(
  faults: readonly FaultRecord[],
  fromMs: number,
  toMs: number,
): readonly FaultRecord[] {
  return faults.filter(({ beganMs, overMs }) => beganMs <= toMs && overMs >= fromMs)
}

function judgeEvents({ subscribers, told, faults, beganMs }: RunRecord): Verdict {
  const hearings = subscribers.map(subscriber => hearingOf(subscriber, told))
  const count = (which: keyof Hearing) => hearings.reduce((sum, hearing) => sum + hearing[which].length, 0)
  const received = subscribers.reduce((sum, subscriber) => sum + subscriber.received.length, 0)
  const gaps = subscribers.flatMap(({ wish, gaps }) => gaps.map(gap => ({ ...gap, name: wish.name })))
  const needless = gaps.filter(
    ({ why, atMs }) => why === 'told' && !faultsAt(faults, atMs, atMs).some(({ isLoss }) => isLoss),
  )
  const wrongs = (['lost', 'doubled', 'outOfOrder', 'strange'] as const).flatMap(which =>
    hearings.flatMap((hearing, index) =>
      hearing[which].map(id => `${which}: ${kindOf(id, told)} ${id}: ${subscribers[index]?.wish.name}`),
    ),
  )
  return {
    what: 'no event lost, doubled or out of order at a subscriber, however often it comes back',
    found: `told ${told.length}, received ${received} by ${subscribers.length}; lost ${count('lost')}, doubled ${count('doubled')}, out of order ${count('outOfOrder')}; missed ${count('missed')} with notice`,
    isGood: received > 0 && wrongs.length + needless.length === 0,
    details: [
      ...needless.map(({ name, atMs, message }) => `${at(atMs, beganMs)}: ${name}: ${message}`),
      ...wrongs,
      ...gaps.map(({ name, atMs, after }) => `a gap at ${at(atMs, beganMs)} after ${after} events: ${name}`),
    ],
  }
}

function kindOf(id: string, told: readonly ToldEvent[]): string {
  return told.find(event => event.id === id)?.kind ?? 'of nobody'
}

function judgeDeliveries({ deliveries: { delivered, failed, lost, waiting } }: RunRecord): Verdict {
  return {
    what: 'every webhook is taken in the end',
    found: `taken ${delivered}, tried again ${failed}, not taken ${lost + waiting}`,
    isGood: lost + waiting === 0 && delivered > 0,
    details: [],
  }
}

function judgeWrites({ attempts, calls: { writes } }: RunRecord): Verdict {
  const sent = new Set(attempts.map(({ write }) => write))
  const strays = Object.keys(writes).filter(write => !sent.has(write))
  const twice = Object.entries(writes).filter(([, times]) => times > 1)
  const unsent = attempts.filter(({ isDone, write }) => isDone && writes[write] === undefined)
  return {
    what: 'no write sent twice, none that nobody asked for, and each that was answered as done has been sent',
    found: `mutations ${attempts.length}, writes ${Object.keys(writes).length}, twice ${twice.length}`,
    isGood: attempts.some(({ isDone }) => isDone) && strays.length + twice.length + unsent.length === 0,
    details: [
      ...twice.map(([write, times]) => `${times} times: ${write}`),
      ...strays.map(write => `nobody's: ${write}`),
      ...unsent.map(({ write }) => `not sent: ${write}`),
    ],
  }
}

/** On a machine that is too busy a replica finds Redis slow; the limits hold all the same. */
function judgeLimits({ calls: { overLimit, mostUserCalls }, turns, faults, beganMs }: RunRecord): Verdict {
  const passed = overLimit.map(({ atMs, path }) => ({ path, atMs: atMs - performance.timeOrigin }))
  const tooSlow = turns
    .flat()
    .filter(({ isUp, atMs }) => !isUp && !faultsAt(faults, atMs, atMs).some(({ isSilence }) => isSilence))
  return {
    what: 'no limit passed: both replicas together keep to 4 a second for each directory, and to the rest',
    found: [
      `refused by a limit ${passed.length}`,
      `most in a second for a directory's users ${mostUserCalls}`,
      ...(tooSlow.length > 0 ? [`Redis given up without a fault ${tooSlow.length}`] : []),
    ].join(', '),
    isGood: passed.length === 0,
    details: passed.map(({ atMs, path }) => `${at(atMs, beganMs)}: ${path}`),
  }
}

/** What is minutes old still grows into its heap: of a short run only the height says something. */
function judgeMemory({ memory, scope }: RunRecord): Verdict {
  const isLong = scope.seconds >= LONG_SECONDS
  const slopes = memory.map(({ mibPerMinute }) => mibPerMinute)
  const highest = Math.max(...memory.map(({ highestMib }) => highestMib))
  const isFlat = `memory is flat over the last two thirds: ${MAX_MIB_PER_MINUTE} MiB a minute at most`
  return {
    what: isLong ? isFlat : `memory stays below ${MAX_MIB} MiB; in so short a run it is not flat yet`,
    found: `slopes ${slopes.map(slope => slope.toFixed(2)).join(' and ')} MiB a minute, highest ${Math.round(highest)} MiB`,
    isGood: highest <= MAX_MIB && (!isLong || slopes.every(slope => slope <= MAX_MIB_PER_MINUTE)),
    details: [],
  }
}

function judgeLogs({ logged }: RunRecord): Verdict {
  const errors = logged.filter(([text]) => !text.startsWith('warn · '))
  return {
    what: 'nothing unexpected in the logs',
    found: `lines above \`warn\` ${errors.reduce((sum, [, times]) => sum + times, 0)}`,
    isGood: errors.length === 0,
    details: errors.map(([text, times]) => `${times} times: ${text}`),
  }
}

/** Seconds since the beginning. */
export function at(atMs: number, beganMs: number): string {
  return `${((atMs - beganMs) / 1_000).toFixed(1)} s`
}

export function shorten(details: readonly string[]): readonly string[] {
  const more = details.length - MAX_DETAILS
  return more <= 0 ? details : [...details.slice(0, MAX_DETAILS), `and ${more} more`]
}
