import { getOperationAST, OperationTypeNode, parse } from 'graphql'
import { createGraphQLError, type Plugin } from 'graphql-yoga'

const JSON_BODY = /^application\/(graphql\+)?json\s*(;|$)/i
const MAX_TOKENS = 1_000

/**
 * Takes operations by GET and, as JSON only, by POST. Forms and plain text are what any web page may post to any address
 * without asking (no CORS preflight), so that a page which somebody visits could delete a directory. For the same
 * reason nothing is changed by GET.
 */
export function useAcceptableRequests(): Plugin {
  return {
    onRequestParse({ request, url }) {
      switch (request.method) {
        case 'POST':
          if (JSON_BODY.test(request.headers.get('content-type') ?? '')) return
          throw refusal(415, 'Send the operation as application/json.')
        case 'GET':
          if (isMutation(url.searchParams)) throw refusal(405, 'Mutations are taken by POST only.', 'POST')
          return
        default:
          throw refusal(405, 'Operations are taken by GET and POST.', 'GET, POST')
      }
    },
  }
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

function refusal(status: number, message: string, allow?: string) {
  const http = { status, ...(allow !== undefined && { headers: { allow } }) }
  return createGraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http } })
}
