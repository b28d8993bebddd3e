import type { FormattedExecutionResult } from 'graphql'
import { createClient, type RequestParams } from 'graphql-sse'

export interface EventsEndpoint {
  /** Of `/graphql`. */
  readonly url: string
  /** Asked for whenever a connection begins, so that a new token is used as soon as there is one. */
  readonly headers?: () => Record<string, string>
  /** Waits before it tries again; longer with each time, unless said otherwise. */
  readonly retry?: (retries: number) => Promise<void>
  readonly fetch?: typeof fetch
}

interface Extensions extends Record<string, unknown> {
  readonly dirgraph?: { readonly place?: string }
}

/** What urql and Apollo hand over, among others. */
export interface EventsSink {
  next(result: FormattedExecutionResult<Record<string, unknown>>): void
  error(error: unknown): void
  complete(): void
}

/**
 * Subscribes, and goes on after the last event when the connection breaks off or the server is about to stop. Gives back
 * how to end it. A result with errors and no data is the end: the token has expired, or events were missed, and what is
 * shown has to be read again.
 */
export function subscribeToEvents(
  { url, headers, retry, fetch: fetchFn }: EventsEndpoint,
  request: RequestParams,
  sink: EventsSink,
): () => void {
  let place: string | null = null
  let isOver = false
  const client = createClient({
    url,
    headers: () => ({ ...headers?.(), ...(place !== null && { 'last-event-id': place }) }),
    ...(retry && { retry }),
    ...(fetchFn && { fetchFn }),
  })

  function begin(): void {
    client.subscribe<Record<string, unknown>, Extensions>(request, {
      next(received) {
        const result = received as FormattedExecutionResult<Record<string, unknown>, Extensions>
        place = result.extensions?.dirgraph?.place ?? place
        isOver ||= !result.data
        sink.next(result)
      },
      error: error => sink.error(error),
      complete() {
        if (isOver) sink.complete()
        else begin()
      },
    })
  }

  begin()
  return () => {
    isOver = true
    client.dispose()
  }
}

/** Everything that a list of people needs to stay as the directory is. */
export const DIRECTORY_EVENTS = /* GraphQL */ `
  subscription DirectoryEvents($directory: ID!) {
    directoryEvents(directoryId: $directory) {
      id
      kind
      ... on DirectoryUserCreatedEvent {
        user {
          id
          name
          email
        }
      }
      ... on DirectoryUserUpdatedEvent {
        user {
          id
          name
          email
        }
      }
      ... on DirectoryUserDeletedEvent {
        deletedUserId
      }
    }
  }
`
