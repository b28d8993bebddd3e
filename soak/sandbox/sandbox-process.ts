import { setTimeout as wait } from 'node:timers/promises'
import { type SandboxEvent, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createCallTally } from './call-tally.ts'
import { captureDirectory } from './directory-state.ts'
import type {
  DeliverySummary,
  SandboxMessage,
  SandboxNews,
  SandboxProcessSettings,
  SandboxQuestion,
  SandboxQuestions,
  SpareDirectory,
} from './sandbox-messages.ts'
import { startToldEvents, toToldEvent } from './told-events.ts'

// As early as can be: the parent may go while this process is still starting.
process.on('disconnect', () => process.exit())

const COLLECT_MS = 500
/** The newest of each provider change by themselves. */
const CHANGING = 6
const PROVIDERS = ['workos', 'scalekit'] as const
/** As real ones: soon again, and not for ever. */
const TIMES = { firstRetryMs: 200, lastRetryMs: 1_000, duplicateEvery: 7 }

const { organizations, secret } = JSON.parse(process.argv[2] ?? '') as SandboxProcessSettings
const sandbox = await startSandbox({
  enforceLimits: true,
  scale: { organizations },
  changes: { intervalMs: null },
  webhooks: TIMES,
})
const { data, webhooks } = sandbox

/** When answers were those of a fault, by `performance.now()`. */
const failing: { fromMs: number; toMs: number }[] = []
const tally = createCallTally(sandbox, atMs =>
  failing.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs),
)
setInterval(tally.collect, COLLECT_MS)

const seen = new Set<string>()
const told = await startToldEvents((event: SandboxEvent) => {
  const toldEvent = toToldEvent(event)
  if (toldEvent === null || seen.has(event.id)) return
  seen.add(event.id)
  tellNews({ told: toldEvent })
})
for (const provider of PROVIDERS) webhooks.deliverTo({ provider, url: told.url, secret })

let changing: NodeJS.Timeout | undefined

function change(): void {
  const { directoryId, events } = sandbox.change()
  const state = captureDirectory(data, directoryId)
  if (state !== null) tellNews({ state, eventIds: events.map(({ id }) => id) })
}

async function settle(withinMs: number): Promise<DeliverySummary> {
  await Promise.race([webhooks.settled(), wait(withinMs)])
  return webhooks.counts
}

const answers: SandboxQuestions = {
  deliverTo(url) {
    for (const provider of PROVIDERS) {
      webhooks.deliverTo({ provider, url: `${url}/webhooks/${provider}`, secret })
    }
    return null
  },
  changeEvery(intervalMs) {
    clearInterval(changing)
    if (intervalMs !== null) changing = setInterval(change, intervalMs)
    return null
  },
  answerWith(status) {
    sandbox.clearFaults()
    const last = failing.at(-1)
    if (last?.toMs === Number.POSITIVE_INFINITY) last.toMs = performance.now()
    if (status === null) return null
    failing.push({ fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY })
    for (const provider of PROVIDERS) sandbox.inject({ provider, kind: 'status', status })
    return null
  },
  settle,
  calls() {
    tally.collect()
    return tally.summary()
  },
}

process.on('message', async ({ id, name, given }: SandboxQuestion) => {
  const answer = answers[name] as (given: unknown) => unknown
  send({ id, answer: await answer(given) })
})

function tellNews(news: SandboxNews): void {
  send({ news })
}

function send(message: SandboxMessage): void {
  process.send?.(message, undefined, undefined, error => {
    if (error !== null) process.exit()
  })
}

/** The oldest of those that were added, which change last. */
function spareDirectories(): SpareDirectory[] {
  const { workosExtraDirectoryIds, scalekitExtraDirectoryIds } = data.known
  const ids = [
    ...workosExtraDirectoryIds.slice(0, -2 * CHANGING),
    ...scalekitExtraDirectoryIds.toSorted().slice(0, -2 * CHANGING),
  ]
  const directories = [
    ...data.workos.directories.map(one => ({ ...one, provider: 'workos' as const })),
    ...data.scalekit.directories.map(one => ({ ...one, provider: 'scalekit' as const })),
  ]
  const byId = new Map(directories.map(one => [one.id, one]))
  return ids.flatMap(directoryId => {
    const directory = byId.get(directoryId)
    return directory
      ? [{ provider: directory.provider, organizationId: directory.organization_id, directoryId }]
      : []
  })
}

const newest = [
  ...data.workos.directories.toReversed().slice(0, CHANGING),
  ...data.scalekit.directories.slice(0, CHANGING),
]

send({
  hello: {
    workos: sandbox.workos,
    scalekit: sandbox.scalekit,
    states: newest.flatMap(({ id }) => captureDirectory(data, id) ?? []),
    spare: spareDirectories(),
  },
})
