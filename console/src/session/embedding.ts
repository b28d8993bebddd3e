import { session } from './session.ts'
import { settings } from './settings.ts'

/** What a page that holds this one in a frame tells it. */
export type FromEmbedder = { readonly type: 'dirgraph:token'; readonly token: string }
/** What this page tells those that hold it: that it needs a token, or why the one that it got is no good. */
export type ToEmbedder =
  | { readonly type: 'dirgraph:token-needed' }
  | { readonly type: 'dirgraph:token-refused'; readonly message: string }

/** Whether another page holds this one in a frame. */
export const isHeld = window.parent !== window

/**
 * Takes tokens from pages of allowed origins that hold this one in a frame, and asks them for one when it is needed: not
 * where somebody has signed out, who would be signed in again at once.
 */
export function listenToEmbedder(): void {
  if (!isHeld) return
  window.addEventListener('message', async ({ source, origin, data }: MessageEvent<unknown>) => {
    if (source !== window.parent || !settings.allowedOrigins.includes(origin) || !isToken(data)) return
    if (session.state === 'left') return
    const message = await session.signIn(data.token.trim())
    if (message !== null) tell({ type: 'dirgraph:token-refused', message })
  })
  const ask = () => {
    if (session.state === 'signed-out' || session.state === 'expired') tell({ type: 'dirgraph:token-needed' })
  }
  session.subscribe(ask)
  ask()
}

/** The policy of this page lets none but allowed origins hold it, and nothing that is told is secret. */
function tell(message: ToEmbedder): void {
  window.parent.postMessage(message, '*')
}

function isToken(data: unknown): data is FromEmbedder {
  const { type, token } = (data ?? {}) as Partial<Record<keyof FromEmbedder, unknown>>
  return type === 'dirgraph:token' && typeof token === 'string' && token.trim() !== ''
}
