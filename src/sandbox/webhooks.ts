import type { SandboxEvent } from './announcements.ts'
import {
  createWebhookQueue,
  type DeliveryCounts,
  type DeliveryTimes,
  type WebhookEndpoint,
  type WebhookQueue,
} from './webhook-queue.ts'

/** Who is told what happens, and how; everything has a default. */
export interface WebhookSettings extends Partial<DeliveryTimes> {
  /** Told from the start; default nobody. */
  endpoints?: readonly WebhookEndpoint[]
}

/** The webhooks of both providers. */
export interface Webhooks {
  /** Tells this one as well, from now on. */
  deliverTo(endpoint: WebhookEndpoint): void
  /** Resolves when nothing waits. */
  settled(): Promise<void>
  /** Over all endpoints. */
  readonly counts: DeliveryCounts
}

const defaultTimes: DeliveryTimes = {
  firstRetryMs: 200,
  lastRetryMs: 5_000,
  giveUpAfterMs: 300_000,
  timeoutMs: 10_000,
  maxWaiting: 10_000,
  duplicateEvery: 0,
  swapEvery: 0,
}

/** Webhooks that `send` hands events to, until `stop`. */
export function createWebhooks({ endpoints = [], ...times }: WebhookSettings) {
  const queues: { provider: WebhookEndpoint['provider']; queue: WebhookQueue }[] = []
  let settled: (() => void)[] = []

  const sum = (name: keyof DeliveryCounts) =>
    queues.reduce((total, { queue }) => total + queue.counts[name], 0)
  const onSettled = () => {
    if (sum('waiting') > 0) return
    for (const resolve of settled) resolve()
    settled = []
  }
  const webhooks: Webhooks = {
    deliverTo(endpoint) {
      const queue = createWebhookQueue(endpoint, { ...defaultTimes, ...times }, onSettled)
      queues.push({ provider: endpoint.provider, queue })
    },
    settled: () =>
      new Promise(resolve => {
        settled.push(resolve)
        onSettled()
      }),
    get counts() {
      return {
        delivered: sum('delivered'),
        failed: sum('failed'),
        lost: sum('lost'),
        waiting: sum('waiting'),
      }
    },
  }
  endpoints.forEach(webhooks.deliverTo)
  return {
    webhooks,
    send(provider: WebhookEndpoint['provider'], event: SandboxEvent) {
      const delivery = { eventId: event.id, body: JSON.stringify(event), toldAtMs: performance.now() }
      for (const { provider: told, queue } of queues) if (told === provider) queue.add(delivery)
    },
    stop() {
      for (const { queue } of queues) queue.stop()
    },
  }
}
