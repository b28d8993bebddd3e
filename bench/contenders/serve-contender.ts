import { limitHeapGrowth } from '../../src/server/heap-growth.ts'
import { listen } from '../../src/server/listen.ts'
import { answerParent, readSettings } from '../harness/parent.ts'
import type { ContenderHello, ContenderQuestions, ContenderSettings } from './contender-child.ts'

type Handler = (request: Request) => Promise<Response>

// Each is loaded only where it runs: what the others need is no part of its memory.
async function createHandler({ name, upstream }: ContenderSettings): Promise<Handler> {
  switch (name) {
    case 'naive':
      return (await import('./naive.ts')).createNaive(upstream)
    case 'memory':
      return (await import('./memory.ts')).createMemory(upstream)
    case 'optimal':
      return (await import('./optimal.ts')).createOptimal(upstream)
    case 'dirgraph-cold':
      return (await import('./dirgraph.ts')).createColdDirgraph(upstream)
    case 'dirgraph-uncached':
      return (await import('./dirgraph.ts')).createLastingDirgraph(upstream, {
        cacheTtlSeconds: 0,
        limits: 'none',
      })
    case 'dirgraph':
      return (await import('./dirgraph.ts')).createLastingDirgraph(upstream, { limits: 'none' })
    case 'dirgraph-limited':
      return (await import('./dirgraph.ts')).createLastingDirgraph(upstream, { limits: 'published' })
  }
}

const settings = readSettings<ContenderSettings>()
const handler = await createHandler(settings)
// As the command does.
if (settings.name.startsWith('dirgraph')) limitHeapGrowth()
const { url } = await listen(handler, { host: '127.0.0.1', port: 0 })

answerParent<ContenderHello, ContenderQuestions>(
  { url: `${url}/graphql` },
  {
    // Counted in KiB by the system.
    peakBytes: () => process.resourceUsage().maxRSS * 1_024,
    cpuMs: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1_000
    },
  },
)
