import { expect, test } from 'vitest'
import { startLiveApp } from './start-live-app.ts'
import { subscribe } from './subscribe.ts'
import { tellUpdate } from './tell.ts'

test('each event is one message with its place', async () => {
  const app = await startLiveApp()
  const stream = await subscribe(
    app.url,
    'subscription { directoryEvents { id kind occurredAt provider organization { id name } directory { id upstreamId } ... on DirectoryUserUpdatedEvent { user { id email groups { totalCount nodes { name }} } changed } } }',
    { headers: { 'dirgraph-cost': 'true' } },
  )
  expect(stream.response.status).toBe(200)
  console.log(Object.fromEntries(stream.response.headers))
  await tellUpdate(app, { first_name: 'Zed' })
  console.log(JSON.stringify(await stream.result(), null, 1))
  await tellUpdate(app, { first_name: 'Zed' })
  console.log(await stream.next())
  stream.leave()
  await expect.poll(() => app.feed.status().subscribers).toBe(0)
  console.log(app.lines())
})
