import { createServer } from 'node:net'

/**
 * A port of this machine for what has to come back at the same one. It lies out of the range from which the system hands
 * out ports, so that nobody takes it while it is not listened on.
 */
export async function freePort(): Promise<number> {
  const port = 10_000 + Math.floor(Math.random() * 20_000)
  const server = createServer()
  const isFree = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })
  if (!isFree) return freePort()
  await new Promise(resolve => server.close(resolve))
  return port
}
