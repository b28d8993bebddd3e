import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
} from 'graphql'
import { createGraphQLError, type Plugin } from 'graphql-yoga'
import type { Caller } from '../domain/caller.ts'
import type { PlacedEvent } from '../domain/placed-event.ts'
import { forOneRequest } from '../domain/request-scope.ts'
import type { EventFeed } from '../events/event-feed.ts'
import { isPlace } from '../events/event-log.ts'
import type { RequestContext } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'
import { traceEvent } from '../telemetry/traces.ts'
import { type PlacedResult, toEventStream } from './event-stream.ts'
import type { Operation, Operations } from './operations.ts'
import { SubscriptionRootRule } from './subscription-root-rule.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'
import { isCostAsked, reportOf } from './use-cost-report.ts'
import { firstCodeIn, toTraced } from './use-traces.ts'

export interface SubscriptionSettings {
  readonly feed: EventFeed
  readonly subscriptions: Subscriptions
  readonly operations: Operations
  /** The context of an operation of that caller, in the log by that id. */
  readonly createContext: (
    caller: Caller,
    operation: Pick<Operation, 'signal' | 'deadlineMs'>,
    requestId: string,
  ) => RequestContext
  readonly heartbeatMs: number
  readonly reportCost: boolean
  readonly log: Logger
}

type Context = RequestContext & { readonly request: Request }

const EVENT_STREAM = /^(text\/(event-stream|\*)|\*\/\*)(;|$)/
const NOT_ACCEPTABLE = 406

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-store, no-transform',
  // By this nginx hands on each event as it comes.
  'x-accel-buffering': 'no',
}

/**
 * Runs subscriptions: each event is an operation of its own, with its own loaders, deadline and limits, under the rules
 * for the caller who began. The answer is a stream of Server-Sent Events, which goes on after `Last-Event-ID`.
 */
export function useSubscriptions(settings: SubscriptionSettings): Plugin<Context> {
  const { feed, subscriptions, heartbeatMs } = settings
  const underWay = new WeakMap<Request, Subscription>()

  return {
    onValidate: ({ addValidationRule }) => addValidationRule(SubscriptionRootRule),
    onSubscribe({ args: { contextValue }, extendContext, setSubscribeFn, setResultAndStopExecution }) {
      const { caller, request } = contextValue
      const after = request.headers.get('last-event-id') || null
      const mistake = mistakeIn(request, after)
      if (mistake) {
        setResultAndStopExecution({ errors: [mistake] })
        return
      }
      const subscription = subscriptions.begin(caller, request.signal)
      if (subscription === null) {
        setResultAndStopExecution({ errors: [subscriptions.isStopping ? stopping() : tooMany()] })
        return
      }
      underWay.set(request, subscription)
      const listen: RequestContext['listen'] = wish =>
        feed.subscribe({ ...wish, after, signal: subscription.signal })
      extendContext({ listen })
      setSubscribeFn(args => begin(args, subscription, settings))
    },
    onResultProcess({ request, result, resultProcessor, setResultProcessor }) {
      // Yoga has none for who takes multipart only, and would leave them without a word.
      if (resultProcessor === undefined) setResultProcessor(toNotAcceptable, 'application/json')
      const subscription = underWay.get(request)
      if (subscription === undefined || !(Symbol.asyncIterator in result)) return
      const onEnd = (why: 'left' | 'unread' | null) => subscription.end(why ?? 'left')
      // The platform's own: it tells of a reader who goes, or does not read.
      setResultProcessor(
        results =>
          new Response(toEventStream(results as AsyncIterable<PlacedResult>, { heartbeatMs, onEnd }), {
            headers: HEADERS,
          }),
        'text/event-stream',
      )
    },
  }
}

/** Why there is no answer that the client could read, as JSON all the same. */
function toNotAcceptable(result: object): Response {
  const { errors } = result as ExecutionResult
  const told = errors?.map(({ message, extensions: { http: _, ...extensions } }) => ({ message, extensions }))
  return Response.json({ errors: told }, { status: NOT_ACCEPTABLE })
}

/** What is wrong with how a subscription is asked for. */
function mistakeIn({ headers }: Request, after: string | null): GraphQLError | null {
  const types = (headers.get('accept') || '*/*').toLowerCase().split(',')
  if (!types.some(type => EVENT_STREAM.test(type.trim()))) {
    const http = { status: NOT_ACCEPTABLE, spec: false }
    return createGraphQLError('Subscriptions are answered as text/event-stream; accept that.', {
      extensions: { code: 'BAD_USER_INPUT', http },
    })
  }
  if (after !== null && !isPlace(after)) {
    const message =
      '`Last-Event-ID` is no id of a message that this server sends: those are like `1772359200123-0`.'
    return createGraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
  }
  return null
}

function tooMany(): GraphQLError {
  return createGraphQLError('There are too many subscriptions; end some of them, or try again later.', {
    extensions: { code: 'RATE_LIMITED', http: { status: 429, headers: { 'retry-after': '30' } } },
  })
}

function stopping(): GraphQLError {
  return createGraphQLError('This server is about to stop; subscribe again.', {
    extensions: { code: 'UPSTREAM_UNAVAILABLE', http: { status: 503, headers: { 'retry-after': '1' } } },
  })
}

/** The stream of results, or the one result that says why there is none. */
async function begin(args: ExecutionArgs, subscription: Subscription, settings: SubscriptionSettings) {
  try {
    const source = await createSourceEventStream(args)
    if (Symbol.asyncIterator in source) {
      return respond(args, source as AsyncIterable<PlacedEvent>, subscription, settings)
    }
    subscription.end('left')
    return source
  } catch (error) {
    subscription.end('left')
    throw error
  }
}

async function* respond(
  args: ExecutionArgs,
  source: AsyncIterable<PlacedEvent>,
  subscription: Subscription,
  { operations, createContext, reportCost, log }: SubscriptionSettings,
): AsyncGenerator<PlacedResult> {
  const { caller, call, request } = args.contextValue as Context
  const isCostWanted = reportCost || isCostAsked(request)
  const startedAt = performance.now()
  let events = 0
  let upstreamCalls = 0
  subscription.signal.addEventListener('abort', () => {
    const durationMs = Math.round(performance.now() - startedAt)
    const { requestId } = call
    const { kind, organization } = caller
    const outcome = subscription.ending
    log.info(
      { requestId, caller: kind, organization, durationMs, events, upstreamCalls, outcome },
      'subscription',
    )
  })

  /** Null where it is over before that is done: whoever comes back is told of the event then. */
  async function tell(placed: PlacedEvent): Promise<PlacedResult | null> {
    const operation = operations.begin(subscription.signal)
    if (operation === null) return null
    try {
      const run = async () => {
        const contextValue = createContext(caller, operation, call.requestId)
        contextValue.estimatedCalls = (args.contextValue as Context).estimatedCalls
        const executed = forOneRequest(() => execute({ ...args, rootValue: placed, contextValue }))
        return { contextValue, result: await executed }
      }
      const { contextValue, result } = await traceEvent(toTraced(args, call.requestId), run, ran =>
        firstCodeIn(ran.result),
      )
      events += 1
      upstreamCalls += contextValue.meter.upstreamCalls
      if (subscription.signal.aborted) return null
      return {
        ...result,
        extensions: { dirgraph: { place: placed.place, ...reportOf(contextValue, isCostWanted) } },
      }
    } finally {
      operation.end()
    }
  }

  try {
    for await (const placed of source) {
      const result = await tell(placed)
      if (result === null) break
      yield result
    }
  } catch (error) {
    subscription.end('failed')
    yield { errors: [new GraphQLError('The events ended.', { originalError: error as Error })] }
  }
  if (subscription.ending === 'expired') yield { errors: [expired()] }
}

function expired(): GraphQLError {
  return createGraphQLError('The token has expired.', { extensions: { code: 'UNAUTHENTICATED' } })
}
