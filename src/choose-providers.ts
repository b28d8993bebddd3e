import { randomBytes } from 'node:crypto'
import type { DirgraphSettings } from './app.ts'
import type { Config } from './config.ts'
import type { ProviderSettings } from './create-providers.ts'

/** Where providers are, and how they are reached. */
export interface ChosenProviders {
  readonly settings: ProviderSettings & Pick<DirgraphSettings, 'webhooks'>
  /** Tells the providers where this server is, once it listens. */
  readonly deliverTo: (url: string) => void
  readonly stop: () => Promise<void>
}

/** Those that the settings name; the sandbox, where they name none. It listens until `stop`. */
export async function chooseProviders(config: Config): Promise<ChosenProviders> {
  if (config.isSandbox) return chooseSandbox(config)
  const workos = config.workos && { ...config.workos, ...config.workosLimits }
  const scalekit = config.scalekit && { ...config.scalekit, ...config.scalekitLimits }
  return { settings: { workos, scalekit }, deliverTo: () => {}, stop: async () => {} }
}

/** The sandbox is loaded only where it is used: its people come from a package of ten megabytes. */
async function chooseSandbox(config: Config): Promise<ChosenProviders> {
  const { workosLimits, scalekitLimits, sandboxChanges } = config
  const { startSandbox } = await import('./sandbox/sandbox.ts')
  const { workos, scalekit, webhooks, stop } = await startSandbox(sandboxChanges ? { changes: {} } : {})
  const settings = {
    workos: { apiKey: workos.apiKey, apiUrl: workos.url, ...workosLimits },
    scalekit: { ...scalekit, ...scalekitLimits },
  }
  if (!sandboxChanges) return { settings, deliverTo: () => {}, stop }
  const [workosSecret = createSecret(), ...moreWorkos] = config.webhooks.workosSecrets
  const [scalekitSecret = createSecret(), ...moreScalekit] = config.webhooks.scalekitSecrets
  const secrets = { workos: workosSecret, scalekit: scalekitSecret }
  const accepted = {
    workosSecrets: [workosSecret, ...moreWorkos],
    scalekitSecrets: [scalekitSecret, ...moreScalekit],
  }
  return {
    settings: { ...settings, webhooks: accepted },
    deliverTo(url) {
      for (const provider of ['workos', 'scalekit'] as const) {
        webhooks.deliverTo({ provider, url: `${url}/webhooks/${provider}`, secret: secrets[provider] })
      }
    },
    stop,
  }
}

/** In the form of Scalekit's, which WorkOS takes as well. */
function createSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`
}
