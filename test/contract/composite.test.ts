import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { openScalekit, openWorkos, startGround } from '../providers/start-ground.ts'
import { describeDirectoryProvider } from './directory-provider.ts'

describeDirectoryProvider('The composite', {
  names: ['workos', 'scalekit'],
  knowsLast: false,
  async create(settings) {
    const { composite, sandbox, stop } = await startGround(settings)
    const createRefused = () =>
      createCompositeProvider(
        new Map<ProviderName, DirectoryProvider>([
          ['workos', openWorkos({ workos: { ...sandbox.workos, apiKey: 'sk_refused' } })],
          ['scalekit', openScalekit({ scalekit: { ...sandbox.scalekit, clientSecret: 'refused' } })],
        ]),
      )
    return { provider: composite, sandbox, stop, createRefused }
  },
})
