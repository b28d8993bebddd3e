/** A message of an event stream, as it came. */
export interface Message {
  readonly id: string | null
  readonly event: string
  readonly data: string
}

export interface Opened {
  readonly response: Response
  /** The next message, comments passed over; null at the end. Rejects where the connection breaks off. */
  next(): Promise<Message | null>
  /** The same, of a result, read. */
  result(): Promise<Result>
  /** All that is left. */
  rest(): Promise<Message[]>
  /** How many comments have come. */
  readonly beats: () => number
  /** Goes away. */
  leave(): void
}

export interface Result {
  readonly data?: { readonly directoryEvents: Record<string, unknown> } | null
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[]
  readonly extensions?: { readonly dirgraph: Record<string, unknown> & { readonly place: string } }
}

/** What each event is asked for where a test does not care. */
export const ANY_EVENT = 'subscription { directoryEvents { id kind } }'

/** Subscribes by a plain fetch, and reads the stream as the standard has it. */
export async function subscribe(
  url: string,
  query: string = ANY_EVENT,
  {
    variables,
    headers,
    fetcher = fetch,
  }: {
    variables?: object
    headers?: Record<string, string>
    fetcher?: (request: Request) => Promise<Response>
  } = {},
): Promise<Opened> {
  const controller = new AbortController()
  const response = await fetcher(
    new Request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify({ query, variables }),
      signal: controller.signal,
    }),
  )
  const messages = messagesOf(response)
  let beats = 0
  const opened: Opened = {
    response,
    async next() {
      for (;;) {
        const { done, value } = await messages.next()
        if (done) return null
        if (value.event !== '') return value
        beats += 1
      }
    },
    async result() {
      const message = await opened.next()
      if (message?.event !== 'next') throw new Error(`no result but ${JSON.stringify(message)}`)
      return JSON.parse(message.data)
    },
    async rest() {
      const all: Message[] = []
      for (let message = await opened.next(); message !== null; message = await opened.next())
        all.push(message)
      return all
    },
    beats: () => beats,
    leave: () => controller.abort(),
  }
  return opened
}

async function* messagesOf({ body }: Response): AsyncGenerator<Message, undefined> {
  let text = ''
  for await (const part of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += part
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) yield toMessage(block)
  }
}

function toMessage(block: string): Message {
  const fields = new Map(
    block.split('\n').map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()]
    }),
  )
  return { id: fields.get('id') ?? null, event: fields.get('event') ?? '', data: fields.get('data') ?? '' }
}
