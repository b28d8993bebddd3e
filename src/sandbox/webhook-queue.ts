import { setTimeout as wait } from 'node:timers/promises'
import { signDelivery, type WebhookSigner } from './webhook-signatures.ts'

/** Somebody who is told what happens at one provider. */
export interface WebhookEndpoint extends WebhookSigner {
  /** Where events are sent by POST. */
  url: string
}

/** How deliveries are made. A provider takes hours and days for what takes milliseconds and seconds here. */
export interface DeliveryTimes {
  /** The pause before the first redelivery, in milliseconds; it doubles each time. */
  firstRetryMs: number
  /** The longest pause, in milliseconds. */
  lastRetryMs: number
  /** How long an event is tried, in milliseconds. */
  giveUpAfterMs: number
  /** How long an answer is waited for, in milliseconds. */
  timeoutMs: number
  /** How many events may wait; beyond it the oldest ones are lost. */
  maxWaiting: number
  /** Every nth event is delivered twice; 0 is none. */
  duplicateEvery: number
  /** Every nth event is overtaken by the next one, where that waits already; 0 is none. */
  swapEvery: number
}

/** What became of the events so far. */
export interface DeliveryCounts {
  /** Answered with 2xx; the second delivery of a duplicate counts as well. */
  delivered: number
  /** Attempts that came to nothing. */
  failed: number
  /** Events that were given up. */
  lost: number
  /** Events that wait, with the one that is on its way. */
  waiting: number
}

/** An event on its way, as it was when it was told. */
export interface Delivery {
  eventId: string
  body: string
  /** By `performance.now()`. */
  toldAtMs: number
}

/** Delivers to one endpoint, one event after the other. */
export interface WebhookQueue {
  add(delivery: Delivery): void
  readonly counts: Readonly<DeliveryCounts>
  /** Ends the attempt under way; what waits, and what is added later, goes nowhere. */
  stop(): void
}

const isNth = (number: number, every: number) => every > 0 && number % every === 0

/** A queue of its own: an endpoint that does not answer holds up nobody else. `settled` is called when it is empty. */
export function createWebhookQueue(
  endpoint: WebhookEndpoint,
  times: DeliveryTimes,
  settled: () => void,
): WebhookQueue {
  const waiting: Delivery[] = []
  const counts = { delivered: 0, failed: 0, lost: 0 }
  let underWay = 0
  const stopping = new AbortController()
  let taken = 0
  let isRunning = false

  async function attempt({ eventId, body }: Delivery): Promise<boolean> {
    const ending = new AbortController()
    const end = () => ending.abort()
    stopping.signal.addEventListener('abort', end)
    const timer = setTimeout(end, times.timeoutMs)
    try {
      const headers = {
        'content-type': 'application/json',
        ...signDelivery(endpoint, eventId, body, Date.now()),
      }
      const { signal } = ending
      const response = await fetch(endpoint.url, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal,
      })
      // Read to its end, so that the next one takes the same connection.
      await response.arrayBuffer()
      return response.ok
    } catch {
      return false
    } finally {
      clearTimeout(timer)
      stopping.signal.removeEventListener('abort', end)
    }
  }

  async function deliver(delivery: Delivery): Promise<void> {
    let pauseMs = times.firstRetryMs
    while (!stopping.signal.aborted) {
      if (await attempt(delivery)) {
        counts.delivered += 1
        return
      }
      if (stopping.signal.aborted) return
      counts.failed += 1
      if (performance.now() - delivery.toldAtMs >= times.giveUpAfterMs) {
        counts.lost += 1
        return
      }
      await wait(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, times.lastRetryMs)
    }
  }

  function take(): Delivery | undefined {
    const [first, second] = waiting
    if (first === undefined) return undefined
    taken += 1
    if (isNth(taken, times.swapEvery) && second) waiting.splice(0, 2, second, first)
    return waiting.shift()
  }

  async function run(): Promise<void> {
    for (let delivery = take(); delivery; delivery = take()) {
      underWay = 1
      const copies = isNth(taken, times.duplicateEvery) ? 2 : 1
      for (let copy = 0; copy < copies; copy += 1) await deliver(delivery)
      underWay = 0
    }
    isRunning = false
    settled()
  }

  return {
    get counts() {
      return { ...counts, waiting: waiting.length + underWay }
    },
    add(delivery) {
      waiting.push(delivery)
      if (waiting.length > times.maxWaiting) {
        waiting.shift()
        counts.lost += 1
      }
      if (isRunning) return
      isRunning = true
      // After the turn in which it was told, so that what happens together is there together.
      setImmediate(run)
    },
    stop: () => stopping.abort(),
  }
}
