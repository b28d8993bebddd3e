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

/** What is wrong with a token by its looks: others can not be sent, and the browser would say only that nothing was. */
function mistakeIn(token: string): string | null {
  if (/\s/.test(token)) return 'A token has no white space in it.'
  if (!/^[!-~]*$/.test(token)) return 'This is not a token: tokens have Latin letters, digits and signs only.'
  return null
}

/** Why the server does not take a token, in words; null where it does. Asks no provider for anything. */
export async function checkToken(token: string): Promise<string | null> {
  const mistake = mistakeIn(token)
  if (mistake !== null) return mistake
  try {
    await send(getRequest(query).params, {}, token)
    return null
  } catch (error) {
    if (!(error instanceof OperationError)) return 'This can not be sent as a token.'
    const isForbidden = error.failures.some(({ extensions }) => extensions?.code === 'FORBIDDEN')
    return isForbidden ? null : error.message
  }
}
