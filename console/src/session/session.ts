import { useSyncExternalStore } from 'react'
import { checkToken } from './check-token.ts'
import { settings } from './settings.ts'

/**
 * `left`: somebody has signed out, and stays so until they ask for more. `expired`: there was a token, and the server
 * takes it no longer; what was read with it stays on the screen.
 */
export type SessionState = 'open' | 'signed-out' | 'left' | 'signed-in' | 'expired'

/** The token of whoever sits here, in memory only: a reload forgets it. */
class Session {
  #token: string | null = null
  #state: SessionState = settings.asksForToken ? 'signed-out' : 'open'
  #checks = 0
  readonly #listeners = new Set<() => void>()

  get token(): string | null {
    return this.#token
  }

  get state(): SessionState {
    return this.#state
  }

  /** Signs in with a token that the server takes; says in words why it does not take this one, else null. */
  async signIn(token: string): Promise<string | null> {
    this.#checks += 1
    const check = this.#checks
    const refusal = await checkToken(token)
    // Of two tokens the later one counts, whichever is checked first.
    if (refusal !== null || check !== this.#checks) return refusal
    this.#token = token
    this.#switchTo('signed-in')
    return null
  }

  signOut(): void {
    this.#checks += 1
    this.#token = null
    this.#switchTo(settings.asksForToken ? 'left' : 'open')
  }

  /** Whoever has signed out wants to be asked for a token again. */
  comeBack(): void {
    if (this.#state === 'left') this.#switchTo('signed-out')
  }

  /** The server refused `token`. A refusal that comes late says nothing about the next one. */
  expire(token: string | null): void {
    if (token !== this.#token || this.#state === 'expired' || this.#state === 'left') return
    this.#switchTo(token === null ? 'signed-out' : 'expired')
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #switchTo(state: SessionState): void {
    this.#state = state
    for (const listener of [...this.#listeners]) listener()
  }
}

export const session = new Session()

/** The state of the session, as it changes. */
export function useSessionState(): SessionState {
  return useSyncExternalStore(session.subscribe, () => session.state)
}
