import { parseArgs } from 'node:util'
import { runGrowth } from './growth.ts'
import { buildChildren, stopChildren } from './harness/child.ts'
import { print, printMachine } from './harness/markdown.ts'
import { runNested } from './nested.ts'
import { runQuota } from './quota.ts'
import { FULL, QUICK, type Scope } from './scope.ts'

const PARTS: Readonly<Record<string, (scope: Scope) => Promise<void>>> = {
  nested: runNested,
  growth: runGrowth,
  quota: runQuota,
}

const USAGE = `Usage: npm run bench -- [--quick] [--only ${Object.keys(PARTS).join('|')}]

Measures dirgraph on this machine and prints Markdown. Everything runs on loopback.
  --quick  half a minute, rough figures
  --only   one part`

/** What was asked for on the command line; null where it makes no sense. */
function parseCommand() {
  try {
    const { values } = parseArgs({
      options: { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
    })
    return values.only === undefined || values.only in PARTS ? values : null
  } catch {
    return null
  }
}

/** Runs the parts that are asked for; gives the exit code. */
async function main(): Promise<number> {
  const values = parseCommand()
  if (values === null) {
    process.stderr.write(`${USAGE}\n`)
    return 1
  }
  if (values.help) {
    print(USAGE)
    return 0
  }
  const parts = Object.entries(PARTS).filter(([name]) => values.only === undefined || values.only === name)
  await buildChildren()
  print('# Benchmarks\n')
  printMachine()
  if (values.quick) print('- a quick run: the figures are rough')
  for (const [, run] of parts) {
    print('')
    await run(values.quick ? QUICK : FULL)
  }
  return 0
}

process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

try {
  process.exitCode = await main()
} finally {
  await stopChildren()
}
