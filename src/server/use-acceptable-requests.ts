import { getOperationAST, OperationTypeNode, parse } from 'graphql'
import { createGraphQLError, type Plugin } from 'graphql-yoga'
import type { Identified } from './request-id.ts'

/** As narrow as what Yoga reads: it takes no capitals and no space before the parameters. */
const JSON_BODY = /^application\/(graphql\+)?json(;|$)/
const ANSWER_TYPES: ReadonlySet<string | undefined> = new Set([
  '*/*',
  'application/*',
  'application/json',
  'application/graphql-response+json',
  'text/*',
  'text/event-stream',
  'multipart/*',
  'multipart/mixed',
])
const MAX_TOKENS = 1_000
/** With any of these a page of another origin can not send a request unless the browser has asked here first. */
const PREFLIGHTED = ['x-graphql-yoga-csrf', 'apollo-require-preflight']

/**
 * Takes operations by POST, as JSON only, and queries by GET, with a header that pages can't send unasked. Forms and plain
 * text are what any page may post to any address (no CORS preflight), so that one which somebody visits could delete a
 * directory. For the same reason nothing is changed by GET. And nothing is run for a client that could not be answered.
 */
export function useAcceptableRequests(): Plugin<object, Identified> {
  return {
    onRequestParse({ request, url, fetchAPI, endResponse, serverContext: { requestId } }) {
      if (!isAnswerable(request.headers.get('accept') || '*/*')) {
        const message =
          'Answers are application/json or application/graphql-response+json; accept one of them.'
        const errors = [{ message, extensions: { code: 'BAD_USER_INPUT', requestId } }]
        endResponse(fetchAPI.Response.json({ errors }, { status: 406 }))
        return
      }
      switch (request.method) {
        case 'POST':
          if (JSON_BODY.test(request.headers.get('content-type') ?? '')) return
          throw refusal(415, 'Send the operation as application/json.')
        case 'GET':
          if (isMutation(url.searchParams)) throw refusal(405, 'Mutations are taken by POST only.', 'POST')
          if (!PREFLIGHTED.some(name => request.headers.has(name))) {
            throw refusal(
              403,
              `Send a query by GET with the header \`${PREFLIGHTED.join('` or `')}\`, whatever it holds.`,
            )
          }
          refuseBrokenJson(url.searchParams, 'variables')
          refuseBrokenJson(url.searchParams, 'extensions')
          return
        default:
          throw refusal(405, 'Operations are taken by GET and POST.', 'GET, POST')
      }
    },
  }
}

/** By Yoga's own rules, which it applies only when everything is done. */
function isAnswerable(accept: string): boolean {
  return accept.split(',').some(part => {
    const [type, ...parameters] = part.replaceAll(/\s/g, '').toLowerCase().split(';')
    const charset = parameters.find(parameter => parameter.includes('charset='))
    return ANSWER_TYPES.has(type) && (charset === undefined || charset === 'charset=utf-8')
  })
}

/** What can't be read is refused further on, with the reason. */
function isMutation(parameters: URLSearchParams): boolean {
  const query = parameters.get('query')
  if (!query?.includes('mutation')) return false
  try {
    const document = parse(query, { maxTokens: MAX_TOKENS, noLocation: true })
    return (
      getOperationAST(document, parameters.get('operationName'))?.operation === OperationTypeNode.MUTATION
    )
  } catch {
    return false
  }
}

function refuseBrokenJson(parameters: URLSearchParams, name: string): void {
  try {
    JSON.parse(parameters.get(name) || 'null')
  } catch {
    throw refusal(400, `The parameter \`${name}\` holds no JSON.`)
  }
}

function refusal(status: number, message: string, allow?: string) {
  const http = { status, ...(allow !== undefined && { headers: { allow } }) }
  return createGraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http } })
}
