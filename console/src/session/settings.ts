/** What the server says of itself in the page that it serves. */
export interface ConsoleSettings {
  /** Whether operations need a token. */
  readonly asksForToken: boolean
  /** Whose pages may hold this one in a frame, and hand a token over. */
  readonly allowedOrigins: readonly string[]
}

function readSettings(): ConsoleSettings {
  const written = document.querySelector<HTMLMetaElement>('meta[name="dirgraph"]')?.content ?? '{}'
  return { asksForToken: false, allowedOrigins: [], ...(JSON.parse(written) as Partial<ConsoleSettings>) }
}

/** Read once, when the page starts. */
export const settings: ConsoleSettings = readSettings()
