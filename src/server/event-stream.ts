import type { ExecutionResult } from 'graphql'

/** A result of a subscription; its place stands in its extensions, where clients that see no `id:` find it. */
export interface PlacedResult extends ExecutionResult {
  readonly extensions?: { readonly dirgraph?: { readonly place?: string } }
}

export interface EventStreamSettings {
  /** How often a comment is sent, by which both ends see that the other is there. */
  readonly heartbeatMs: number
  /** It is over: the results have ended, the reader has gone, or reads no more. */
  readonly onEnd: (why: 'left' | 'unread' | null) => void
}

const BEAT = ':\n\n'
/** So many beats may find that what was sent before them is still unread. */
const MAX_UNREAD_BEATS = 2

/**
 * Results as Server-Sent Events, by GraphQL over SSE in distinct connections mode: `next` for each, `complete` at the
 * end. A result is asked for only when the one before it was read. Whoever reads nothing for two beats is cut off.
 */
export function toEventStream(
  results: AsyncIterable<PlacedResult>,
  { heartbeatMs, onEnd }: EventStreamSettings,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = results[Symbol.asyncIterator]()
  let beats: NodeJS.Timeout | undefined
  let unreadBeats = 0

  function end(why: 'left' | 'unread' | null): void {
    clearInterval(beats)
    onEnd(why)
  }

  return new ReadableStream({
    start(controller) {
      // At once, since some clients wait for the first byte before they take the answer to have begun.
      controller.enqueue(encoder.encode(BEAT))
      beats = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) {
          unreadBeats = 0
          controller.enqueue(encoder.encode(BEAT))
          return
        }
        unreadBeats += 1
        if (unreadBeats < MAX_UNREAD_BEATS) return
        end('unread')
        controller.error(new Error('The reader of a subscription reads no more.'))
      }, heartbeatMs)
    },
    async pull(controller) {
      unreadBeats = 0
      const { done, value } = await iterator.next().catch((error: unknown) => {
        end(null)
        throw error
      })
      if (!done) {
        controller.enqueue(encoder.encode(toMessage(value)))
        return
      }
      end(null)
      controller.enqueue(encoder.encode('event: complete\ndata:\n\n'))
      controller.close()
    },
    async cancel() {
      end('left')
      await iterator.return?.()
    },
  })
}

/** JSON has no line breaks, and a place none either. */
function toMessage(result: PlacedResult): string {
  const place = result.extensions?.dirgraph?.place
  const id = place === undefined ? '' : `id: ${place}\n`
  return `${id}event: next\ndata: ${JSON.stringify(result)}\n\n`
}
