import { session } from './session.ts'
import { settings } from './settings.ts'

/** What the pages that hold this one in a frame and this one tell each other. */
export type FromEmbedder = { readonly type: 'dirgraph:token'; readonly token: string }
export type ToEmbedder = { readonly type: 'dirgraph:token-needed' }

/** Takes tokens from pages of allowed origins that hold this one in a frame, and asks them for one when it is needed. */
export function listenToEmbedder(): void {
  if (window.parent === window) return
  window.addEventListener('message', ({ source, origin, data }: MessageEvent<unknown>) => {
    if (source !== window.parent || !settings.allowedOrigins.includes(origin)) return
    if (isToken(data)) session.signIn(data.token.trim())
  })
  const ask = () => {
    if (session.state !== 'signed-out' && session.state !== 'expired') return
    const message: ToEmbedder = { type: 'dirgraph:token-needed' }
    for (const origin of settings.allowedOrigins) window.parent.postMessage(message, origin)
  }
  session.subscribe(ask)
  ask()
}

function isToken(data: unknown): data is FromEmbedder {
  const { type, token } = (data ?? {}) as Partial<Record<keyof FromEmbedder, unknown>>
  return type === 'dirgraph:token' && typeof token === 'string' && token.trim() !== ''
}
