import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toResumeCommand } from '../../src/export/resume-command.ts'

test('the command that goes on begins as the export was started, and has its words as a shell reads them', () => {
  const words = ['--all', '--format', 'csv', '--output', "all people's.csv"]
  const quoted = `export --all --format csv --output 'all people'\\''s.csv' --resume`
  const of = (script: string, isUnderNpm = false) => toResumeCommand(words, script, isUnderNpm)
  expect(of('/anywhere/bin/dirgraph.js', true)).toBe(`npx dirgraph ${quoted}`)
  expect(of('/app/node_modules/.bin/dirgraph')).toBe(`npx dirgraph ${quoted}`)
  expect(of('/usr/local/bin/dirgraph')).toBe(`dirgraph ${quoted}`)
  expect(of(join(process.cwd(), 'bin/dirgraph.js'))).toBe(`node bin/dirgraph.js ${quoted}`)
  expect(toResumeCommand(['--all', '--resume'], '/usr/bin/dirgraph', false)).toBe(
    'dirgraph export --all --resume',
  )
})
