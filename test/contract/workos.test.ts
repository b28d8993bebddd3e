import { openWorkos, startGround } from '../providers/start-ground.ts'
import { describeDirectoryProvider } from './directory-provider.ts'

describeDirectoryProvider('WorkOS', {
  names: ['workos'],
  knowsLast: true,
  async create(settings) {
    const { workos, sandbox, stop } = await startGround(settings)
    const createRefused = () => openWorkos({ workos: { ...sandbox.workos, apiKey: 'sk_refused' } })
    return { provider: workos, sandbox, stop, createRefused }
  },
})
