import { isObjectType } from 'graphql'
import { expect, test } from 'vitest'
import { parseGlobalId } from '../../src/relay/global-id.ts'
import { schema } from '../../src/schema/index.ts'

const nodes = ['Organization', 'Directory', 'DirectoryUser', 'DirectoryGroup']

test.each(nodes)('the id of %s is made without a promise, and the same one again', kind => {
  const type = schema.getType(kind)
  const resolve = isObjectType(type) ? type.getFields().id?.resolve : undefined
  const key = ['workos', 'org_1', 'directory_1', 'directory_user_1']
    .slice(0, { Organization: 2, Directory: 3 }[kind] ?? 4)
    .join(':')
  const entity = { kind, key }
  const id = resolve?.(entity, {}, {}, {} as never)
  expect(id).toBeTypeOf('string')
  expect(parseGlobalId(id as string, 'id')).toEqual(entity)
  expect(resolve?.(entity, {}, {}, {} as never)).toBe(id)
})
