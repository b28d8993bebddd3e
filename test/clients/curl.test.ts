import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'

const run = promisify(execFile)

test('the command that is printed at the start runs as printed, and answers data', async () => {
  const dirgraph = await spawnDirgraph()
  const command = dirgraph.greeting.slice(dirgraph.greeting.indexOf('curl '))
  const { stdout } = await run('sh', ['-c', command])
  await dirgraph.stop()

  const { data, errors } = JSON.parse(stdout)
  expect(errors).toBeUndefined()
  expect(data.organizations.nodes).toHaveLength(3)
  expect(data.organizations.nodes[0].directories.nodes[0]).toEqual({
    name: 'Nimbus ID',
    state: 'INVALID_CREDENTIALS',
  })
})
