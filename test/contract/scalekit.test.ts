import { openScalekit, startGround } from '../providers/start-ground.ts'
import { describeDirectoryProvider } from './directory-provider.ts'

describeDirectoryProvider('Scalekit', {
  names: ['scalekit'],
  knowsLast: false,
  async create(settings) {
    const { scalekit, sandbox, stop } = await startGround(settings)
    const createRefused = () => openScalekit({ scalekit: { ...sandbox.scalekit, clientSecret: 'refused' } })
    return { provider: scalekit, sandbox, stop, createRefused }
  },
})
