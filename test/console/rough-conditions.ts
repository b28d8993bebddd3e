import type { Sandbox } from '../../src/sandbox/sandbox.ts'

/** Of reads alone, since no write is made twice: Scalekit's `:sync` is a GET that is one. */
const PASSING = { method: 'GET', path: /^(?!.*:sync)/, every: 12 } as const

/**
 * Lets both providers fail and change as they do on any busy day, which whoever looks at the console must not notice:
 * every 12th read fails once, and every second something happens in one of two directories that no test is about.
 * Gives back what ends the changes. The limits are a matter of settings: `PUBLISHED_LIMITS`.
 */
export function makeRough(sandbox: Sandbox): () => void {
  sandbox.inject({ provider: 'workos', kind: 'status', status: 503, ...PASSING })
  sandbox.inject({ provider: 'scalekit', kind: 'reset-mid-body', ...PASSING })
  const { scalekitUnnamedDirectoryId, workosValidatingDirectoryId } = sandbox.data.known
  const turns = [scalekitUnnamedDirectoryId, workosValidatingDirectoryId]
  const timer = setInterval(() => {
    const directoryId = turns.shift() ?? ''
    turns.push(directoryId)
    sandbox.change(undefined, directoryId)
  }, 1_000)
  return () => clearInterval(timer)
}
