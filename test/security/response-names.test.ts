import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(() => app.stop())

const TYPE = 'organizations(first: 1) { nodes { directories(first: 1) { nodes { id %: upstreamType } } } }'

test.each(['then', '__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
  'an alias that means something to JavaScript is refused before a call is made: %s',
  async alias => {
    for (const field of [
      TYPE.replace('%', alias),
      `${alias}: providers { provider }`,
      `...F } fragment F on Query { ${alias}: providers { provider }`,
    ]) {
      const { data, errors } = await app.query(`{ ${field} }`)
      expect(data).toBeUndefined()
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    }
    expect(app.sandbox.calls).toEqual([])
  },
)

test.each([
  'thenable',
  'catch',
  'finally',
  'length',
  'name',
  'data',
  'errors',
  '_',
  'id2',
  'toJSON',
  'Then',
  'initialResult',
])('any other alias is a name like any: %s', async alias => {
  const { data, errors } = await app.query(`{ ${TYPE.replace('%', alias)} ${alias}: providers { provider } }`)
  expect(errors).toBeUndefined()
  const nodes = [{ directories: { nodes: [{ [alias]: expect.any(String) }] } }]
  expect(data).toMatchObject({ organizations: { nodes }, [alias]: [{}, {}] })
})
