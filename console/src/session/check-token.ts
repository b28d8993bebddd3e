import { graphql } from 'react-relay'
import { getRequest } from 'relay-runtime'
import { OperationError, send } from '../relay/send.ts'

const query = graphql`
  query checkTokenQuery {
    providers {
      provider
    }
  }
`

/** Why the server does not take a token, in words; null where it does. Asks no provider for anything. */
export async function checkToken(token: string): Promise<string | null> {
  try {
    await send(getRequest(query).params, {}, token)
    return null
  } catch (error) {
    if (!(error instanceof OperationError)) return 'This can not be sent as a token.'
    const isForbidden = error.failures.some(({ extensions }) => extensions?.code === 'FORBIDDEN')
    return isForbidden ? null : error.message
  }
}
