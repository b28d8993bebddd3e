import { expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { greet } from '../src/greeting.ts'

test('the console is announced where it is served, and not where nobody has built it', () => {
  const greeting = (isConsoleServed: boolean) =>
    greet(readConfig({}), 'http://localhost:4000', isConsoleServed).join('\n')
  expect(greeting(true)).toContain('\n  Console    http://localhost:4000/console   (in a browser)\n')
  expect(greeting(false)).not.toContain('onsole')
  expect(greeting(false)).toContain('\n  GraphiQL   http://localhost:4000/graphql   (in a browser)\n')
})
