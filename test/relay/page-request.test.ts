import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/domain/provider-error.ts'
import { createCursorSeal } from '../../src/relay/cursor.ts'
import { type ConnectionArguments, toPageRequest } from '../../src/relay/page-request.ts'

const LIST = 'users of workos:org_1:directory_1'
const cursor = createCursorSeal(LIST)('directory_user_1')

describe('the arguments of a connection', () => {
  test.each<[string, ConnectionArguments, object]>([
    ['none at all are the first twenty', {}, { direction: 'forward', limit: 20, cursor: null }],
    ['null is as good as absent', { first: null, after: null, last: null, before: null }, { limit: 20 }],
    ['first', { first: 1 }, { direction: 'forward', limit: 1, cursor: null }],
    ['first at its most', { first: 100 }, { direction: 'forward', limit: 100 }],
    ['last', { last: 7 }, { direction: 'backward', limit: 7, cursor: null }],
    ['after alone goes on by the default size', { after: cursor }, { direction: 'forward', limit: 20 }],
    ['first with after', { first: 3, after: cursor }, { limit: 3, cursor: 'directory_user_1' }],
    ['last with before', { last: 3, before: cursor }, { direction: 'backward', cursor: 'directory_user_1' }],
    ['last with a null after', { last: 3, after: null }, { direction: 'backward', limit: 3 }],
  ])('%s', (_title, args, request) => {
    expect(toPageRequest(args, LIST)).toMatchObject(request)
  })

  test.each<[string, ConnectionArguments, string]>([
    ['both directions', { first: 1, last: 1 }, 'first'],
    ['zero', { first: 0 }, 'first'],
    ['less than nothing', { first: -1 }, 'first'],
    ['more than a hundred', { first: 101 }, 'first'],
    ['a fraction', { first: 1.5 }, 'first'],
    ['no number', { first: Number.NaN }, 'first'],
    ['no end', { first: Number.POSITIVE_INFINITY }, 'first'],
    ['the greatest integer', { first: Number.MAX_SAFE_INTEGER }, 'first'],
    ['no last at all', { last: 0 }, 'last'],
    ['too many last', { last: 101 }, 'last'],
    ['after with last', { last: 1, after: cursor }, 'after'],
    ['before with first', { first: 1, before: cursor }, 'before'],
    ['before alone', { before: cursor }, 'before'],
    ['after with before', { after: cursor, before: cursor }, 'before'],
    ['an empty after', { after: '' }, 'after'],
    ['an empty before', { last: 1, before: '' }, 'before'],
  ])('refuse %s and name the argument', (_title, args, field) => {
    let refusal: unknown
    try {
      toPageRequest(args, LIST)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(InvalidInputError)
    expect(refusal).toMatchObject({ field, code: 'BAD_USER_INPUT' })
  })
})
