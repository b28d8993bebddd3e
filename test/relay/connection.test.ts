import { describe, expect, test } from 'vitest'
import type { Page } from '../../src/domain/page.ts'
import { UnavailableError } from '../../src/domain/provider-error.ts'
import { toConnection, toCountOnly } from '../../src/relay/connection.ts'
import { openCursor } from '../../src/relay/cursor.ts'

const LIST = 'organizations'
const bad = new UnavailableError('workos', 'bad-response')
const page: Page<{ name: string }> = {
  edges: [
    { cursor: 'a', node: { name: 'A' } },
    { cursor: 'b', node: bad },
    { cursor: 'c', node: { name: 'C' } },
  ],
  hasNextPage: true,
  hasPreviousPage: false,
  totalCount: 9,
}

describe('a connection', () => {
  test('has the edges of its page in order, with cursors of its list', () => {
    const { edges, nodes, totalCount } = toConnection(page, LIST)
    expect(nodes[0]).toBe(page.edges[0]?.node)
    expect(nodes[2]).toBe(page.edges[2]?.node)
    expect(openCursor(edges[0]?.cursor ?? '', LIST, 'first')).toBe('a')
    expect(openCursor(edges[2]?.cursor ?? '', LIST, 'first')).toBe('c')
    expect(totalCount).toBe(9)
  })

  test('has an error in the place of what could not be read, as edge and as node', () => {
    const { edges, nodes } = toConnection(page, LIST)
    expect(edges[1]).toBe(bad)
    expect(nodes[1]).toBe(bad)
  })

  test('begins and ends with its outer edges, even where those could not be read', () => {
    const { pageInfo } = toConnection({ ...page, edges: page.edges.slice(1, 2) }, LIST)
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    expect(openCursor(pageInfo.startCursor ?? '', LIST, 'last')).toBe('b')
    expect(openCursor(pageInfo.endCursor ?? '', LIST, 'first')).toBe('b')
  })

  test('without edges has no cursors', () => {
    const { pageInfo } = toConnection({ ...page, edges: [], hasNextPage: false }, LIST)
    expect(pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    })
  })

  test.each([0, 5, null])(
    'of which only the count was asked for has the count %s and nothing else',
    count => {
      expect(toCountOnly(count)).toMatchObject({ edges: [], nodes: [], totalCount: count })
    },
  )
})
