import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The soak takes longer than any other file, and mostly waits: it begins first, so that it does not end last. */
class SoakFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSoak = ({ moduleId }: TestSpecification) => moduleId.endsWith('/soak.test.ts')
    return [...sorted.filter(isSoak), ...sorted.filter(file => !isSoak(file))]
  }
}

export default defineConfig({
  resolve: {
    // Vite would take graphql's ES modules where Node takes its CommonJS, and two graphqls do not know each other.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 5_000 } },
    // Nothing mocks a module, so files can share a process, and with it everything that is imported.
    isolate: false,
    // What is wrong fails each time. What only came too late, on a machine that others keep busy, does not.
    retry: process.env.CI ? 2 : 0,
    setupFiles: ['test/support/same-cases.ts'],
    // Half of the time of the tests is waiting. Vitest itself would leave a core to itself: one worker on two.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SoakFirst },
  },
})
