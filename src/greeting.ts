import type { Config } from './config.ts'

const TRY = `{ organizations(first: 3) { nodes { name provider directories { nodes { name state } } } } }`

/** What the command says once it listens at that address: what it reads, where it answers, and what to try first. */
export function greet(config: Config, url: string, isConsoleServed: boolean): string[] {
  const providers = [config.workos && 'WorkOS', config.scalekit && 'Scalekit'].filter(Boolean).join(' and ')
  const tokens = [config.adminToken && 'the admin token', config.userTokens && 'a user’s token'].filter(
    Boolean,
  )
  const token = config.adminToken ? '$DIRGRAPH_ADMIN_TOKEN' : config.userTokens ? '$TOKEN' : null
  const header = token === null ? '' : ` -H "authorization: Bearer ${token}"`
  const lines = [
    config.isSandbox
      ? 'dirgraph runs on its built-in sandbox: WorkOS and Scalekit with made-up people. Nothing leaves this machine.'
      : `dirgraph reads ${providers}.`,
    config.sandboxChanges && 'It changes by itself: every few seconds somebody joins, leaves or moves on.',
    `\n  GraphQL    ${url}/graphql`,
    isConsoleServed && `  Console    ${url}/console   (in a browser)`,
    config.graphiql && `  GraphiQL   ${url}/graphql   (in a browser)`,
    config.loopbackOnly && '\nNobody is asked for a token, so it answers to programs on this machine only.',
    tokens.length > 0 && `\nEvery operation needs ${tokens.join(' or ')}.`,
    `\nTry:\n  curl ${url}/graphql -H 'content-type: application/json'${header} \\\n    -d '{"query":"${TRY}"}'\n`,
  ]
  return lines.filter(line => line !== false)
}
