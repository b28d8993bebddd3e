/** As much of dirgraph's schema as the nested operation needs, for the contenders that are plain GraphQL servers. */
export const nestedTypeDefs = /* GraphQL */ `
  type Query {
    organizations(first: Int = 20): OrganizationConnection
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
  type OrganizationConnection {
    nodes: [Organization]
    pageInfo: PageInfo!
  }
  type Organization {
    id: ID!
    name: String!
    directories(first: Int = 20): DirectoryConnection
  }
  type DirectoryConnection {
    nodes: [Directory]
  }
  type Directory {
    id: ID!
    upstreamState: String!
    users(first: Int = 20): DirectoryUserConnection
    groups(first: Int = 20): DirectoryGroupConnection
  }
  type DirectoryUserConnection {
    nodes: [DirectoryUser]
    pageInfo: PageInfo!
  }
  type DirectoryUser {
    id: ID!
    email: String
  }
  type DirectoryGroupConnection {
    nodes: [DirectoryGroup]
    pageInfo: PageInfo!
  }
  type DirectoryGroup {
    id: ID!
    name: String!
  }
`

export interface First {
  readonly first: number
}

/** A page as the plain servers hand it to GraphQL. */
export interface PlainPage<T> {
  readonly nodes: readonly T[]
  readonly pageInfo: { readonly hasNextPage: boolean }
}

export interface PlainUser {
  readonly id: string
  readonly email: string | null
}

export interface PlainGroup {
  readonly id: string
  readonly name: string
}

export interface PlainDirectory {
  readonly id: string
  readonly upstreamState: string
  readonly users: PlainPage<PlainUser>
  readonly groups: PlainPage<PlainGroup>
}

/** What the nested operation answers, built by hand. */
export interface NestedData {
  readonly organizations: PlainPage<{
    readonly id: string
    readonly name: string
    readonly directories: { readonly nodes: readonly PlainDirectory[] }
  }>
}
