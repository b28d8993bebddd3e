import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { ToldEvent } from '../sandbox/told-events.ts'

/** What somebody subscribes to, and which of the provider's events that means. */
export interface Wish {
  readonly name: string
  /** The arguments of `directoryEvents`, with their parentheses; empty for all there is. */
  readonly filter: string
  wants(event: ToldEvent): boolean
  /** Goes away and comes back every so many milliseconds at most; null is never. */
  readonly leavesWithinMs: number | null
}

/** What a subscriber has come to know. */
export interface Subscriber {
  readonly wish: Wish
  /** The ids of the events that it was told, in order. */
  readonly received: readonly string[]
  /** How often it came back, and how often with the place of its last event. */
  readonly returns: { readonly all: number; readonly resumed: number }
  /** Where events may be missing, by how many it had received. */
  readonly gaps: readonly Gap[]
  /** Settles when it is first connected. */
  readonly ready: Promise<void>
  stop(): Promise<void>
}

export interface Gap {
  /** It came back before its first event, with nothing to go on from; or it was told that events were missed. */
  readonly why: 'nothing received' | 'told'
  readonly atMs: number
  readonly after: number
  readonly message: string
}

export interface SubscriberSettings {
  readonly url: string
  readonly token: string
  readonly onEvent: (id: string) => void
}

interface Result {
  readonly data?: { readonly directoryEvents: { readonly upstreamId: string } } | null
  readonly errors?: readonly { readonly message: string }[]
}

type Ending = 'complete' | 'broken' | 'refused'

const RETRY_MS = 250

/** Subscribes, and comes back with `Last-Event-ID` whenever the stream has ended, until it is stopped. */
export function startSubscriber(wish: Wish, { url, token, onEvent }: SubscriberSettings): Subscriber {
  const received: string[] = []
  const gaps: Gap[] = []
  const returns = { all: 0, resumed: 0 }
  const connected = Promise.withResolvers<void>()
  const body = JSON.stringify({
    query: `subscription Events { directoryEvents${wish.filter} { upstreamId } }`,
  })
  let place: string | null = null
  let isStopped = false
  let outgoing: ClientRequest | null = null

  function take(message: Message): void {
    if (message.event !== 'next') return
    const { data, errors } = JSON.parse(message.data) as Result
    if (message.id !== null) place = message.id
    if (errors !== undefined) {
      gaps.push({
        why: 'told',
        atMs: performance.now(),
        after: received.length,
        message: errors[0]?.message ?? '',
      })
      place = null
    }
    if (!data) return
    received.push(data.directoryEvents.upstreamId)
    onEvent(data.directoryEvents.upstreamId)
  }

  function connect(): Promise<Ending> {
    return new Promise(resolve => {
      const headers = {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
        ...(place !== null && { 'last-event-id': place }),
      }
      outgoing = request(url, { method: 'POST', agent: false, headers }, async incoming => {
        if (incoming.statusCode !== 200) {
          incoming.resume()
          return resolve('refused')
        }
        connected.resolve()
        const leaving =
          wish.leavesWithinMs && setTimeout(() => outgoing?.destroy(), leavesAfter(wish.leavesWithinMs))
        resolve(await follow(incoming, take))
        if (leaving) clearTimeout(leaving)
      })
      outgoing.on('error', () => resolve('broken'))
      outgoing.end(body)
    })
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      const ending = await connect()
      if (isStopped) return
      if (ending !== 'complete') await wait(RETRY_MS)
      returns.all += 1
      if (place !== null) returns.resumed += 1
      else if (gaps.at(-1)?.after !== received.length) gaps.push(toStart(received.length))
    }
  }

  const running = run()
  return {
    wish,
    received,
    returns,
    gaps,
    ready: connected.promise,
    async stop() {
      isStopped = true
      outgoing?.destroy()
      await running
    },
  }
}

function toStart(after: number): Gap {
  return { why: 'nothing received', atMs: performance.now(), after, message: '' }
}

function leavesAfter(withinMs: number): number {
  return withinMs * (0.3 + 0.7 * Math.random())
}

interface Message {
  readonly id: string | null
  readonly event: string
  readonly data: string
}

/** Reads Server-Sent Events until they end. */
async function follow(incoming: IncomingMessage, take: (message: Message) => void): Promise<Ending> {
  let text = ''
  let isComplete = false
  try {
    for await (const chunk of incoming.setEncoding('utf8')) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const message = toMessage(block)
        isComplete ||= message.event === 'complete'
        take(message)
      }
    }
  } catch {
    return 'broken'
  }
  return isComplete ? 'complete' : 'broken'
}

function toMessage(block: string): Message {
  const fields = new Map(
    block.split('\n').map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')] as const
    }),
  )
  return { id: fields.get('id') ?? null, event: fields.get('event') ?? '', data: fields.get('data') ?? '' }
}
