import { parseArgs } from 'node:util'
import { print } from '../bench/harness/markdown.ts'
import { printReport } from './report/print-report.ts'
import { judgeRun } from './report/verdicts.ts'
import { run } from './run.ts'
import { scopeOf } from './scope.ts'

const USAGE = `Usage: npm run soak -- [--seconds 1800]

Runs two replicas behind a proxy, Redis and the sandbox under load on this machine, lets all of them fail in turn, and
prints in Markdown what came of it. Needs redis-server. Ends with 1 where something does not hold.
  --seconds  how long there is load; 20 at least`

const LEAST_SECONDS = 20

/** How many seconds were asked for; null where the command makes no sense. */
function parseSeconds(): number | 'help' | null {
  try {
    const { values } = parseArgs({
      options: { seconds: { type: 'string', default: '1800' }, help: { type: 'boolean' } },
    })
    if (values.help) return 'help'
    const seconds = Number(values.seconds)
    return Number.isInteger(seconds) && seconds >= LEAST_SECONDS ? seconds : null
  } catch {
    return null
  }
}

async function main(): Promise<number> {
  const seconds = parseSeconds()
  if (seconds === 'help') {
    print(USAGE)
    return 0
  }
  if (seconds === null) {
    process.stderr.write(`${USAGE}\n`)
    return 1
  }
  const record = await run(scopeOf(seconds))
  const verdicts = judgeRun(record)
  printReport(record, verdicts)
  return verdicts.every(({ isGood }) => isGood) ? 0 : 1
}

process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

process.exitCode = await main()
