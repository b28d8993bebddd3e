import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DCLinter } from 'dclint'
import { describe, expect, onTestFinished, test } from 'vitest'
import { settings } from '../../src/settings.ts'
import { documentsIn, pathOf, textOf } from './read-deployment.ts'

interface Service {
  readonly environment?: Readonly<Record<string, string>>
  readonly deploy?: { readonly replicas?: number }
  readonly read_only?: boolean
  readonly stop_grace_period?: string
}

const FILE = 'deploy/compose.yaml'
const [{ services }] = documentsIn(textOf(FILE)) as [{ services: Record<string, Service> }]
const environment = services.dirgraph?.environment ?? {}

function mistakesIn(path: string): string[] {
  // Biome formats YAML, too, and takes these.
  const rules = { 'require-quotes-in-ports': [1, { quoteType: 'double' }] as [1, object] }
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] })
  // Its types do not reach this far.
  const results: { messages: { message: string }[] }[] = linter.lintFiles([path], false)
  return results.flatMap(({ messages }) => messages.map(({ message }) => message))
}

describe('the compose file', () => {
  test('is one', () => {
    expect(mistakesIn(pathOf(FILE))).toEqual([])
  })

  test.each([
    ['read_only: true', 'read_onli: true'],
    ['service_healthy', 'service_wealthy'],
    ['image: haproxy:3.2-alpine', 'image: haproxy'],
  ])('would be refused with a mistake in it: %s as %s', async (right, wrong) => {
    const folder = await mkdtemp(join(tmpdir(), 'dirgraph-compose-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'compose.yaml'), textOf(FILE).replace(right, wrong))
    expect(mistakesIn(join(folder, 'compose.yaml'))).not.toEqual([])
  })

  test('starts two replicas with settings that there are, and none that is secret in it', () => {
    expect(services.dirgraph?.deploy?.replicas).toBe(2)
    const names = Object.keys(environment)
    expect(names.filter(name => !(name in settings.shape))).toEqual([])
    for (const name of names.filter(name => /TOKEN|SECRET|KEY/.test(name)))
      expect(environment[name]).toMatch(/^\$\{/)
  })

  test('lets nobody write to a root file system', () => {
    expect(Object.values(services).map(service => service.read_only)).toEqual([true, true, true])
  })

  test('gives a replica the time to drain and to answer', () => {
    const { DIRGRAPH_OPERATION_TIMEOUT_MS: timeoutMs, DIRGRAPH_DRAIN_MS: drainMs } = settings.parse({
      DIRGRAPH_DRAIN_MS: environment.DIRGRAPH_DRAIN_MS,
    })
    const graceMs = Number.parseInt(services.dirgraph?.stop_grace_period ?? '', 10) * 1_000
    expect(graceMs).toBeGreaterThanOrEqual(drainMs + timeoutMs + 5_000)
  })
})
