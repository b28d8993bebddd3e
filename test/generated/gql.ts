/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation DeleteDirectory($directory: ID!, $force: Boolean = false) {\n  deleteDirectory(input: {directoryId: $directory, force: $force}) {\n    __typename\n    ... on DeleteDirectoryPayload {\n      deletedDirectoryId\n      status\n    }\n    ... on Error {\n      message\n    }\n  }\n}": typeof types.DeleteDirectoryDocument,
    "query DirectoryHealth($first: Int = 50, $after: String) {\n  directories(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      provider\n      state\n      upstreamState\n      lastSyncedAt\n      stats {\n        totalUsers\n        totalGroups\n      }\n      secrets {\n        suffix\n        status\n        expiresAt\n      }\n      organization {\n        id\n        name\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.DirectoryHealthDocument,
    "query DirectoryUsers($directory: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n  directory(by: {id: $directory}) {\n    name\n    users(first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      edges {\n        cursor\n        node {\n          id\n          name\n          email\n          state\n          groups(first: 10) {\n            nodes {\n              id\n              name\n            }\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n}": typeof types.DirectoryUsersDocument,
    "mutation EnableScim($organization: ID!) {\n  enableScim(input: {organizationId: $organization}) {\n    __typename\n    ... on EnableScimPayload {\n      organization {\n        id\n        name\n        scimEnabled\n      }\n    }\n    ... on Error {\n      message\n    }\n  }\n}": typeof types.EnableScimDocument,
    "query Organizations($first: Int = 10, $after: String) {\n  organizations(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        provider\n        scimEnabled\n        directories(first: 5) {\n          nodes {\n            id\n            name\n            state\n            identityProvider\n            users(first: 3) {\n              totalCount\n              nodes {\n                id\n                name\n                email\n              }\n            }\n            groups(first: 3) {\n              nodes {\n                id\n                name\n                totalUsers\n              }\n            }\n          }\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.OrganizationsDocument,
};
const documents: Documents = {
    "mutation DeleteDirectory($directory: ID!, $force: Boolean = false) {\n  deleteDirectory(input: {directoryId: $directory, force: $force}) {\n    __typename\n    ... on DeleteDirectoryPayload {\n      deletedDirectoryId\n      status\n    }\n    ... on Error {\n      message\n    }\n  }\n}": types.DeleteDirectoryDocument,
    "query DirectoryHealth($first: Int = 50, $after: String) {\n  directories(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      provider\n      state\n      upstreamState\n      lastSyncedAt\n      stats {\n        totalUsers\n        totalGroups\n      }\n      secrets {\n        suffix\n        status\n        expiresAt\n      }\n      organization {\n        id\n        name\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.DirectoryHealthDocument,
    "query DirectoryUsers($directory: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n  directory(by: {id: $directory}) {\n    name\n    users(first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      edges {\n        cursor\n        node {\n          id\n          name\n          email\n          state\n          groups(first: 10) {\n            nodes {\n              id\n              name\n            }\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n}": types.DirectoryUsersDocument,
    "mutation EnableScim($organization: ID!) {\n  enableScim(input: {organizationId: $organization}) {\n    __typename\n    ... on EnableScimPayload {\n      organization {\n        id\n        name\n        scimEnabled\n      }\n    }\n    ... on Error {\n      message\n    }\n  }\n}": types.EnableScimDocument,
    "query Organizations($first: Int = 10, $after: String) {\n  organizations(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        provider\n        scimEnabled\n        directories(first: 5) {\n          nodes {\n            id\n            name\n            state\n            identityProvider\n            users(first: 3) {\n              totalCount\n              nodes {\n                id\n                name\n                email\n              }\n            }\n            groups(first: 3) {\n              nodes {\n                id\n                name\n                totalUsers\n              }\n            }\n          }\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.OrganizationsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DeleteDirectory($directory: ID!, $force: Boolean = false) {\n  deleteDirectory(input: {directoryId: $directory, force: $force}) {\n    __typename\n    ... on DeleteDirectoryPayload {\n      deletedDirectoryId\n      status\n    }\n    ... on Error {\n      message\n    }\n  }\n}"): (typeof documents)["mutation DeleteDirectory($directory: ID!, $force: Boolean = false) {\n  deleteDirectory(input: {directoryId: $directory, force: $force}) {\n    __typename\n    ... on DeleteDirectoryPayload {\n      deletedDirectoryId\n      status\n    }\n    ... on Error {\n      message\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query DirectoryHealth($first: Int = 50, $after: String) {\n  directories(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      provider\n      state\n      upstreamState\n      lastSyncedAt\n      stats {\n        totalUsers\n        totalGroups\n      }\n      secrets {\n        suffix\n        status\n        expiresAt\n      }\n      organization {\n        id\n        name\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): (typeof documents)["query DirectoryHealth($first: Int = 50, $after: String) {\n  directories(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      provider\n      state\n      upstreamState\n      lastSyncedAt\n      stats {\n        totalUsers\n        totalGroups\n      }\n      secrets {\n        suffix\n        status\n        expiresAt\n      }\n      organization {\n        id\n        name\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query DirectoryUsers($directory: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n  directory(by: {id: $directory}) {\n    name\n    users(first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      edges {\n        cursor\n        node {\n          id\n          name\n          email\n          state\n          groups(first: 10) {\n            nodes {\n              id\n              name\n            }\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n}"): (typeof documents)["query DirectoryUsers($directory: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n  directory(by: {id: $directory}) {\n    name\n    users(first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      edges {\n        cursor\n        node {\n          id\n          name\n          email\n          state\n          groups(first: 10) {\n            nodes {\n              id\n              name\n            }\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation EnableScim($organization: ID!) {\n  enableScim(input: {organizationId: $organization}) {\n    __typename\n    ... on EnableScimPayload {\n      organization {\n        id\n        name\n        scimEnabled\n      }\n    }\n    ... on Error {\n      message\n    }\n  }\n}"): (typeof documents)["mutation EnableScim($organization: ID!) {\n  enableScim(input: {organizationId: $organization}) {\n    __typename\n    ... on EnableScimPayload {\n      organization {\n        id\n        name\n        scimEnabled\n      }\n    }\n    ... on Error {\n      message\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Organizations($first: Int = 10, $after: String) {\n  organizations(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        provider\n        scimEnabled\n        directories(first: 5) {\n          nodes {\n            id\n            name\n            state\n            identityProvider\n            users(first: 3) {\n              totalCount\n              nodes {\n                id\n                name\n                email\n              }\n            }\n            groups(first: 3) {\n              nodes {\n                id\n                name\n                totalUsers\n              }\n            }\n          }\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): (typeof documents)["query Organizations($first: Int = 10, $after: String) {\n  organizations(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        name\n        provider\n        scimEnabled\n        directories(first: 5) {\n          nodes {\n            id\n            name\n            state\n            identityProvider\n            users(first: 3) {\n              totalCount\n              nodes {\n                id\n                name\n                email\n              }\n            }\n            groups(first: 3) {\n              nodes {\n                id\n                name\n                totalUsers\n              }\n            }\n          }\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;