import type { GraphiQLOptions } from 'graphql-yoga'
import { graphiqlTabs } from './graphiql-tabs.ts'

/** For whoever has a token to complete: GraphiQL sends it with the operation, and with the question for the schema. */
const TOKEN_HEADERS = JSON.stringify({ authorization: 'Bearer ' }, null, 2)

/** How GraphiQL opens: with a few operations and, where a token is needed, with the place for it in view. */
export function graphiqlOptions({ asksForToken }: { readonly asksForToken: boolean }): GraphiQLOptions {
  return {
    title: 'dirgraph',
    // A token is not left behind in the browser.
    shouldPersistHeaders: false,
    // It subscribes by GET, which has to have a header that pages can't send unasked.
    additionalHeaders: { 'x-graphql-yoga-csrf': 'graphiql' },
    ...(asksForToken
      ? {
          defaultTabs: graphiqlTabs.map(tab => ({ ...tab, headers: TOKEN_HEADERS })),
          defaultHeaders: TOKEN_HEADERS,
          defaultEditorToolsVisibility: 'headers',
        }
      : { defaultTabs: graphiqlTabs }),
  }
}
