import type { FaultRecord } from '../faults.ts'
import type { Entry } from '../load/journal.ts'
import type { Subscriber } from '../load/subscriber.ts'
import type { RunRecord } from '../run.ts'
import type { ToldEvent } from '../sandbox/told-events.ts'

/** One thing that has to be so. */
export interface Verdict {
  readonly what: string
  readonly found: string
  readonly isGood: boolean
  /** What was wrong, for whoever looks for the reason; a few lines at most. */
  readonly details: readonly string[]
}

const MAX_MIB_PER_MINUTE = 1
/** A process that is minutes old still grows into its heap. */
const SHORT_MIB_PER_MINUTE = 60
const LONG_SECONDS = 600
const MAX_DETAILS = 8

/** Everything that has to hold at the end of a run. */
export function judgeRun(record: RunRecord): Verdict[] {
  return [
    judgeAnswers(record),
    judgeOwnWrites(record),
    judgeErrors(record),
    judgeEvents(record, 'lost'),
    judgeEvents(record, 'doubled'),
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
    found: `${right} right, ${stale} too old, ${wrong} wrong`,
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
    found: `${readsAfterWrites} reads, ${missing.length} without`,
    isGood: missing.length === 0,
    details: missing.map(({ name, atMs }) => `${at(atMs, beganMs)}: ${name}`),
  }
}

function judgeErrors({ journal, faults, lost, beganMs }: RunRecord): Verdict {
  const failed = journal.entries.filter(({ codes }) => codes.length > 0)
  const unexpected = failed.filter(entry => !isExplained(entry, faults))
  const broken = failed.filter(({ codes }) => codes.some(code => /^(HTTP 502|E[A-Z]+)$/.test(code)))
  return {
    what: 'errors only of codes that a fault explains, and near it; a kill costs no more than what was under way',
    found: `${failed.length} failed of ${journal.entries.length}, ${unexpected.length} unexplained`,
    isGood: unexpected.length === 0 && broken.length <= lost,
    details: unexpected.map(
      ({ operation, codes, sentAtMs }) => `${at(sentAtMs, beganMs)}: ${operation}: ${codes.join(', ')}`,
    ),
  }
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

function judgeEvents({ subscribers, told }: RunRecord, which: 'lost' | 'doubled'): Verdict {
  const bad = subscribers.map(subscriber =>
    which === 'lost' ? lostBy(subscriber, told) : doubledAt(subscriber),
  )
  const total = bad.reduce((sum, ids) => sum + ids.length, 0)
  const gaps = subscribers.flatMap(subscriber => subscriber.gaps)
  const received = subscribers.reduce((sum, subscriber) => sum + subscriber.received.length, 0)
  return {
    what:
      which === 'lost'
        ? 'no event lost at a subscriber, however often it comes back'
        : 'no event twice at a subscriber',
    found:
      which === 'lost'
        ? `${told.length} told, ${received} received by ${subscribers.length}, ${total} lost`
        : `${total} twice`,
    isGood: total === 0 && received > 0 && (which === 'doubled' || gaps.length === 0),
    details: [
      ...(which === 'lost' ? gaps.map(({ message }) => `told that events were missed: ${message}`) : []),
      ...subscribers.flatMap(({ wish }, index) =>
        (bad[index] ?? []).map(
          id => `${wish.name}: ${id} ${told.find(event => event.id === id)?.kind ?? ''}`,
        ),
      ),
    ],
  }
}

function lostBy({ wish, received }: Subscriber, told: readonly ToldEvent[]): string[] {
  const had = new Set(received)
  return told.filter(event => wish.wants(event) && !had.has(event.id)).map(({ id }) => id)
}

function doubledAt({ received }: Subscriber): string[] {
  return received.filter((id, index) => received.indexOf(id) !== index)
}

function judgeDeliveries({ deliveries: { delivered, failed, lost, waiting } }: RunRecord): Verdict {
  return {
    what: 'every webhook is taken in the end',
    found: `${delivered} taken, ${failed} tried again, ${lost + waiting} not taken`,
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
    found: `${attempts.length} mutations, ${Object.keys(writes).length} writes, ${twice.length} twice`,
    isGood: attempts.some(({ isDone }) => isDone) && strays.length + twice.length + unsent.length === 0,
    details: [
      ...twice.map(([write, times]) => `${times} times: ${write}`),
      ...strays.map(write => `nobody's: ${write}`),
      ...unsent.map(({ write }) => `not sent: ${write}`),
    ],
  }
}

function judgeLimits({ calls: { overLimit, mostUserCalls } }: RunRecord): Verdict {
  return {
    what: 'no limit passed: both replicas together keep to 4 a second for each directory, and to the rest',
    found: `${overLimit} answers 429 of the limits themselves; ${mostUserCalls} at most in any second for one directory`,
    isGood: overLimit === 0,
    details: [],
  }
}

function judgeMemory({ memory, scope }: RunRecord): Verdict {
  const bound = scope.seconds >= LONG_SECONDS ? MAX_MIB_PER_MINUTE : SHORT_MIB_PER_MINUTE
  const slopes = memory.map(({ mibPerMinute }) => mibPerMinute)
  return {
    what: `memory is flat: ${bound} MiB a minute at most, over the last two thirds`,
    found: `${slopes.map(slope => slope.toFixed(2)).join(' and ')} MiB a minute`,
    isGood: slopes.every(slope => slope <= bound),
    details: [],
  }
}

function judgeLogs({ logged }: RunRecord): Verdict {
  const errors = logged.filter(([text]) => !text.startsWith('warn · '))
  return {
    what: 'nothing unexpected in the logs',
    found: `${errors.reduce((sum, [, times]) => sum + times, 0)} lines above \`warn\``,
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
