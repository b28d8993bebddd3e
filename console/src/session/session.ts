import { useSyncExternalStore } from 'react'
import { settings } from './settings.ts'

/** `expired`: there was a token, and the server takes it no longer; what was read with it stays on the screen. */
export type SessionState = 'open' | 'signed-out' | 'signed-in' | 'expired'

/** The token of whoever sits here, in memory only: a reload forgets it. */
class Session {
  #token: string | null = null
  #state: SessionState = settings.asksForToken ? 'signed-out' : 'open'
  readonly #listeners = new Set<() => void>()

  get token(): string | null {
    return this.#token
  }

  get state(): SessionState {
    return this.#state
  }

  signIn(token: string): void {
    this.#token = token
    this.#switchTo('signed-in')
  }

  signOut(): void {
    this.#token = null
    this.#switchTo(settings.asksForToken ? 'signed-out' : 'open')
  }

  /** The server refused `token`. A refusal that comes late says nothing about the next one. */
  expire(token: string | null): void {
    if (token !== this.#token) return
    this.#switchTo(token === null ? 'signed-out' : 'expired')
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #switchTo(state: SessionState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

export const session = new Session()

/** The state of the session, as it changes. */
export function useSessionState(): SessionState {
  return useSyncExternalStore(session.subscribe, () => session.state)
}
