import { listen } from '../../src/server/listen.ts'
import { startApp, type TestApp, type TestAppSettings } from './start-app.ts'

export interface ServedApp extends TestApp {
  /** Where it listens, without a path. */
  readonly origin: string
  /** Where GraphQL is spoken. */
  readonly url: string
}

/** A dirgraph on a sandbox of its own, behind a real port, as clients meet it. */
export async function serveApp(settings: TestAppSettings = {}): Promise<ServedApp> {
  const app = await startApp(settings)
  const listener = await listen(app.dirgraph.fetch, { host: '127.0.0.1', port: 0 })
  return {
    ...app,
    origin: listener.url,
    url: `${listener.url}/graphql`,
    async stop() {
      await listener.close(0)
      await app.stop()
    },
  }
}
