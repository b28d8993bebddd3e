import { buildSubgraphSchema } from '@apollo/subgraph'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { buildHTTPExecutor } from '@graphql-tools/executor-http'
import { composeServices } from '@theguild/federation-composition'
import { type ExecutionResult, parse } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { listen } from '../../src/server/listen.ts'

/** What another team's subgraph has: a plan for each organization, and references of its own. */
export const BILLING = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])

  type Query {
    "The objects with these ids, by this subgraph's word alone."
    customers(ids: [ID!]!): [Organization]
    approvers(ids: [ID!]!): [DirectoryUser]
    invoices: InvoiceConnection
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
  }

  interface Node { id: ID! }
  type Organization implements Node @key(fields: "id") { id: ID! plan: String }
  type DirectoryUser implements Node @key(fields: "id", resolvable: false) { id: ID! }
  type Invoice implements Node @key(fields: "id") { id: ID! cents: Int! }
  type InvoiceEdge { cursor: String! node: Invoice }
  type InvoiceConnection { edges: [InvoiceEdge] pageInfo: PageInfo! }
  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`

interface Reference {
  readonly __typename: string
  readonly id: string
}

/** The type of an object in the id of each kind of dirgraph's; all others are invoices. */
function referTo(id: string): Reference {
  const [kind = ''] = Buffer.from(id, 'base64url').toString().split(':')
  return { __typename: /^(Organization|DirectoryUser)$/.test(kind) ? kind : 'Invoice', id }
}

const PAGE_INFO = { hasNextPage: false, hasPreviousPage: false, startCursor: '1', endCursor: '1' }
const INVOICE = { __typename: 'Invoice', id: 'inv_1', cents: 4_200 }

function createBilling(sent: object[]) {
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse(BILLING),
      resolvers: {
        Query: {
          customers: (_root: unknown, { ids }: { ids: string[] }) => ids.map(id => ({ id })),
          approvers: (_root: unknown, { ids }: { ids: string[] }) => ids.map(id => ({ id })),
          invoices: () => ({ edges: [{ cursor: '1', node: INVOICE }], pageInfo: PAGE_INFO }),
          node: (_root: unknown, { id }: { id: string }) => referTo(id),
          nodes: (_root: unknown, { ids }: { ids: string[] }) => ids.map(referTo),
        },
        Node: { __resolveType: ({ __typename }: Reference) => __typename },
        Organization: { plan: ({ id }: Reference) => `plan of ${id}` },
        Invoice: { __resolveReference: () => INVOICE, cents: () => INVOICE.cents },
      },
    },
  ])
  return createYoga({
    schema,
    logging: false,
    graphiql: false,
    plugins: [{ onParams: ({ params }) => sent.push(params) }],
  })
}

export interface Supergraph {
  /** Where the gateway speaks GraphQL. */
  readonly url: string
  /** Asks the gateway, by HTTP, with what a user's client sends. */
  query<Data = Record<string, unknown>>(
    document: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<ExecutionResult<Data>>
  /** What the gateway has sent to the other subgraph. */
  readonly toBilling: readonly object[]
  stop(): Promise<void>
}

/** Composes dirgraph's SDL with the other subgraph, and serves both as one behind Hive Gateway on a port of its own. */
export async function startSupergraph(dirgraph: { url: string; sdl: string }): Promise<Supergraph> {
  const toBilling: object[] = []
  const billing = createBilling(toBilling)
  const billingListener = await listen(async request => billing.fetch(request), LOOPBACK)
  const { supergraphSdl, errors } = composeServices([
    { name: 'dirgraph', url: dirgraph.url, typeDefs: parse(dirgraph.sdl) },
    { name: 'billing', url: `${billingListener.url}/graphql`, typeDefs: parse(BILLING) },
  ])
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'))
  const gateway = createGatewayRuntime({
    supergraph: supergraphSdl,
    logging: false,
    maskedErrors: false,
    transports: {
      http: {
        getSubgraphExecutor: ({ transportEntry: { location = '' } }) =>
          buildHTTPExecutor({ endpoint: location }),
      },
    },
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => ({
        authorization: request.headers.get('authorization'),
        'apollo-require-preflight': 'true',
      }),
    },
  })
  const listener = await listen(async request => gateway.fetch(request), LOOPBACK)
  return {
    url: `${listener.url}/graphql`,
    toBilling,
    async query(query, variables, headers) {
      const response = await fetch(`${listener.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      })
      return response.json()
    },
    async stop() {
      await listener.close(0)
      await gateway[Symbol.asyncDispose]()
      await billingListener.close(0)
      await billing.dispose()
    },
  }
}

const LOOPBACK = { host: '127.0.0.1', port: 0 }
