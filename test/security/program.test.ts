import { expect, onTestFinished, test } from 'vitest'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'
import { sendJson, startServer } from '../upstream/start-server.ts'
import {
  EMAIL,
  expectNoPersonIn,
  expectNothingIn,
  KEY_IN_A_BODY,
  THEIR_WORDS,
  textOf,
} from './expect-secrecy.ts'
import { ADMIN_TOKEN } from './start-guarded.ts'

test('the program that logs all it ever logs writes nothing of it to standard error either', async () => {
  const server = await startServer((request, response) => {
    if (request.path.includes('organizations')) return void response.destroy()
    sendJson(response, { message: `${THEIR_WORDS} ${EMAIL}`, key: KEY_IN_A_BODY }, 500)
  })
  onTestFinished(() => server.stop())
  const key = 'sk_test_of_the_program'
  const program = await spawnDirgraph({
    env: {
      WORKOS_API_KEY: key,
      WORKOS_API_URL: server.url,
      DIRGRAPH_ADMIN_TOKEN: ADMIN_TOKEN,
      LOG_LEVEL: 'trace',
    },
  })
  const ask = async (query: string, token: string) => {
    const response = await fetch(program.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    return textOf(response)
  }
  const answers = [
    await ask(
      `{ directoryUsersByEmail(email: "${EMAIL}") { id } organizations { nodes { id } } }`,
      ADMIN_TOKEN,
    ),
    await ask('{ organizations { nodes { id } } }', `${ADMIN_TOKEN}x`),
  ].join('\n')
  const { stdout, stderr } = await program.stop()
  const words = [key, ADMIN_TOKEN, EMAIL, KEY_IN_A_BODY, THEIR_WORDS]
  expect(answers).toContain('UPSTREAM_UNAVAILABLE')
  expectNothingIn(answers, words)
  expect(stderr).toContain('upstream call')
  expectNothingIn(stderr + stdout, words)
  expectNoPersonIn(stderr)
})
