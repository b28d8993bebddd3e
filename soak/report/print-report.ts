import { toLatency } from '../../bench/harness/load.ts'
import { print, printMachine, printTable, round } from '../../bench/harness/markdown.ts'
import type { FaultRecord } from '../faults.ts'
import type { RunRecord } from '../run.ts'
import { at, shorten, type Verdict } from './verdicts.ts'

/** Prints the whole of it as Markdown. */
export function printReport(record: RunRecord, verdicts: readonly Verdict[]): void {
  print(`# Soak: ${record.scope.seconds} seconds\n`)
  printMachine()
  printVerdicts(verdicts)
  printFaults(record)
  printFigures(record)
  printLogs(record)
}

function printVerdicts(verdicts: readonly Verdict[]): void {
  printTable(
    ['What has to hold', 'Found', ''],
    verdicts.map(({ what, found, isGood }) => [what, found, isGood ? 'holds' : '**does not hold**']),
  )
  for (const { what, details, isGood } of verdicts) {
    if (isGood || details.length === 0) continue
    print(`\n${what}:\n`)
    for (const detail of shorten(details)) print(`- ${detail}`)
  }
}

function printFaults(record: RunRecord): void {
  printTable(
    ['Fault', 'Began', 'Lasted', 'Operations', 'Failed', 'p95', 'Slowest event'],
    record.faults.map(fault => faultRow(record, fault)),
  )
}

function faultRow({ journal, lags, beganMs }: RunRecord, fault: FaultRecord): string[] {
  const isDuring = (fromMs: number, toMs: number) => fromMs <= fault.overMs && toMs >= fault.beganMs
  const entries = journal.entries.filter(({ sentAtMs, answeredAtMs }) => isDuring(sentAtMs, answeredAtMs))
  const codes = Object.groupBy(
    entries.flatMap(entry => entry.codes),
    code => code,
  )
  const failed = Object.entries(codes).map(([code, all]) => `${all?.length} ${code}`)
  const { p95Ms } = toLatency(entries.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs))
  const late = lags.filter(({ atMs, lagMs }) => isDuring(atMs - lagMs, atMs)).map(({ lagMs }) => lagMs)
  return [
    fault.title,
    at(fault.beganMs, beganMs),
    at(fault.endedMs, fault.beganMs),
    String(entries.length),
    failed.join(', ') || 'none',
    `${round(p95Ms)} ms`,
    late.length === 0 ? '–' : `${round(Math.max(...late))} ms`,
  ]
}

function printFigures(record: RunRecord): void {
  const { journal, calls, subscribers, lags, memory, judged, lost } = record
  const answered = journal.entries.filter(({ codes }) => codes.length === 0)
  const took = toLatency(answered.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs))
  const lag = toLatency(lags.map(({ lagMs }) => lagMs))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const returns = subscribers.map(subscriber => subscriber.returns)
  const { costs } = journal
  printTable(
    ['Figure', ''],
    [
      ['operations', String(journal.entries.length)],
      ['of them mutations', String(record.attempts.length)],
      ['an answer, p50 / p95', `${round(took.p50Ms)} / ${round(took.p95Ms)} ms`],
      ['shown pages and objects that were compared', String(sum(Object.values(judged.counts)))],
      ['calls to the providers', String(calls.calls)],
      [
        'by status',
        Object.entries(calls.byStatus)
          .map(([status, times]) => `${status}: ${times}`)
          .join(', '),
      ],
      ['calls of operations', String(costs.upstreamCalls)],
      ['reads from what is kept / joined to an equal one', `${costs.cacheHits} / ${costs.coalesced}`],
      ['older answers that stood in', String(costs.stale)],
      ['waited for a turn, all together', `${Math.round(costs.waitedMs)} ms`],
      ['events', String(record.told.length)],
      ['from the provider to a subscriber, p50 / p95', `${round(lag.p50Ms)} / ${round(lag.p95Ms)} ms`],
      [
        'subscribers that came back / with `Last-Event-ID`',
        `${sum(returns.map(({ all }) => all))} / ${sum(returns.map(({ resumed }) => resumed))}`,
      ],
      ['requests that a replica took with it', String(lost.length)],
      ...memory.map(({ startMib, endMib, highestMib }, index) => [
        `memory of replica ${index + 1} after a third / at the end / highest`,
        `${round(startMib)} / ${round(endMib)} / ${round(highestMib)} MiB`,
      ]),
    ],
  )
}

function printLogs({ logged }: RunRecord): void {
  if (logged.length === 0) return
  printTable(
    ['Logged', 'Times'],
    logged.toSorted(([, one], [, other]) => other - one).map(([text, times]) => [text, String(times)]),
  )
}
