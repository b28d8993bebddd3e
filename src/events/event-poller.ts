import { createBackgroundCall } from '../domain/background-call.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import type { EventReceiver } from '../domain/event-receiver.ts'
import type { EventSource, EventsPage } from '../domain/event-source.ts'
import { ProviderError, UnavailableError } from '../domain/provider-error.ts'
import { type Logger, toLoggable } from '../telemetry/logger.ts'
import type { TakeEvent } from './event-intake.ts'
import { type EventLog, EventLogUnavailableError } from './event-log.ts'
import { type PollPlace, readPlace, writePlace } from './poll-place.ts'
import type { PollState } from './poll-state.ts'

export interface EventPollerSettings {
  readonly provider: ProviderName
  readonly source: EventSource
  readonly receiver: Pick<EventReceiver, 'identifyEvent'>
  readonly take: TakeEvent
  readonly breakOff: EventLog['breakOff']
  readonly state: PollState
  readonly everyMs: number
  readonly log: Logger
}

/** Without a place to go on from it begins a little in the past: what happened while the server was started anew. */
const START_MS = 10 * 60 * 1_000
/**
 * What is older may have been delivered once and is not known any more: our log knows events again for four days. WorkOS
 * would answer for 30.
 */
const MAX_REACH_MS = 3 * 24 * 60 * 60 * 1_000
/** So much earlier than the last event, a page can't be what follows it. */
const DISORDER_MS = 5 * 60 * 1_000
/** What is further behind is read the next time. */
const MAX_PAGES = 50

/**
 * Reads a provider's log of events from where it was last read to, again and again, until it is stopped. Whatever
 * fails, it goes on from there the next time: the place is stored only when all before it is in our own log.
 */
export function startEventPoller(settings: EventPollerSettings): { stop(): Promise<void> } {
  const { provider, everyMs, log } = settings
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const state = rememberPlace(settings.state)
  let hasFailed = false

  async function run(): Promise<void> {
    try {
      await poll({ ...settings, state }, controller.signal)
      if (hasFailed) log.info({ provider }, 'events are polled again')
      hasFailed = false
    } catch (error) {
      if (controller.signal.aborted) return
      if (!hasFailed) log.warn({ provider, ...reasonOf(error) }, 'events can not be polled')
      hasFailed = true
    }
  }

  async function turn(): Promise<void> {
    await run()
    if (!controller.signal.aborted) timer = setTimeout(next, everyMs)
  }

  let turning = turn()
  function next() {
    turning = turn()
  }
  return {
    async stop() {
      controller.abort()
      clearTimeout(timer)
      await turning
    },
  }
}

/** Remembers the place whoever leads: what keeps it may have been killed, and come back without it. */
function rememberPlace(state: PollState): PollState {
  let last: string | null = null
  return {
    lead: state.lead,
    async load() {
      last = (await state.load()) ?? last
      return last
    },
    async store(place) {
      await state.store(place)
      last = place
    },
  }
}

async function poll(settings: EventPollerSettings, signal: AbortSignal): Promise<void> {
  const { state } = settings
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    if (signal.aborted) return
    const isLeading = await state.lead()
    const stored = await state.load()
    if (!isLeading) return
    const from = readPlace(stored) ?? { after: null, atMs: Date.now() - START_MS }
    const read = await readPage(settings, from, signal)
    const { place, isWhole } = await takeAll(settings, read)
    if (writePlace(place) !== stored) await state.store(writePlace(place))
    if (!isWhole) throw new EventLogUnavailableError()
    if (read.page.next === null || read.page.events.length === 0) return
  }
}

/** A page, the place that it really follows, and whether events before that are left out. */
interface Read {
  readonly page: EventsPage
  readonly from: PollPlace
  readonly isGap: boolean
}

/** What follows the place; from its time on, where the provider does not know its event any more. */
async function readPage(
  { source, provider, receiver, log }: EventPollerSettings,
  place: PollPlace,
  signal: AbortSignal,
): Promise<Read> {
  const background = createBackgroundCall('events')
  const call = { ...background, signal: AbortSignal.any([background.signal, signal]) }
  const { after, atMs } = place
  const reachMs = Date.now() - MAX_REACH_MS
  if (after !== null) {
    const page = await source.listEvents({ after }, call)
    const firstMs = identityOf(receiver, provider, page?.events[0])?.occurredAt.getTime() ?? Infinity
    const isAnew = page === null || firstMs < atMs - DISORDER_MS
    if (!isAnew && firstMs >= reachMs) return { page, from: place, isGap: false }
    if (isAnew)
      log.warn({ provider }, 'the last event is not known to the provider any more; polling from its time on')
  }
  const isGap = atMs < reachMs
  // A little later than the reach, so that a second try is not out of it again.
  const from = { after: null, atMs: isGap ? reachMs + START_MS : atMs }
  if (isGap)
    log.warn({ provider }, 'events of long ago are not polled; whoever listens is told that some are missing')
  const page = await source.listEvents({ since: new Date(from.atMs) }, call)
  return { page: page ?? { events: [], next: null }, from, isGap }
}

/** Takes the events of a page in their order, as far as that is possible, and says up to where it was. */
async function takeAll(
  { provider, receiver, take, breakOff, log }: EventPollerSettings,
  { page, from, isGap }: Read,
): Promise<{ place: PollPlace; isWhole: boolean }> {
  if (isGap) await breakOff()
  let place = from
  // Where nothing has happened yet, the time from which on something is wanted moves with the clock.
  if (page.events.length === 0 && from.after === null) {
    place = { after: null, atMs: Math.max(from.atMs, Date.now() - START_MS) }
  }
  for (const raw of page.events) {
    const outcome = await take(provider, raw)
    if (outcome === 'unavailable') return { place, isWhole: false }
    if (outcome === 'unreadable') log.warn({ provider }, 'unreadable event')
    const identity = identityOf(receiver, provider, raw)
    if (identity !== null) place = { after: identity.id, atMs: identity.occurredAt.getTime() }
  }
  // Of events that can't be read, their list still says how to get past them.
  return {
    place: place === from && page.next !== null ? { ...from, after: page.next } : place,
    isWhole: true,
  }
}

function identityOf(receiver: EventPollerSettings['receiver'], provider: ProviderName, raw: unknown) {
  try {
    const identity = receiver.identifyEvent(provider, raw)
    return identity.kind === null ? null : identity
  } catch {
    return null
  }
}

function reasonOf(error: unknown) {
  if (error instanceof EventLogUnavailableError) return { reason: 'log-unavailable' }
  if (error instanceof UnavailableError) return { reason: error.reason }
  return error instanceof ProviderError ? { reason: error.code } : { error: toLoggable(error) }
}
