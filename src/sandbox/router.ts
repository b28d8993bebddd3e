/** A request as the stand-ins see it: read to its end, header names in lower case. */
export interface SandboxRequest {
  method: string
  path: string
  search: URLSearchParams
  headers: Readonly<Record<string, string>>
  body: string
}

/** What a stand-in answers, whole. */
export interface SandboxAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** One upstream: any request in, its answer out. */
export type StandIn = (request: SandboxRequest) => SandboxAnswer

/** Handles one route; the path's parameters follow in their order, decoded. */
export type RouteHandler = (request: SandboxRequest, ...parameters: string[]) => SandboxAnswer

/** Routes by `METHOD /path/{parameter}`; the first that fits is taken. */
export type Routes = Readonly<Record<string, RouteHandler>>

/** Ends the handling of a request with an answer, from any depth. */
export class Refusal extends Error {
  readonly answer: SandboxAnswer

  constructor(answer: SandboxAnswer) {
    super(`refused with ${answer.status}`)
    this.answer = answer
  }
}

// A colon starts a custom verb (`…/dir_1:enable`), so a parameter never spans one.
function toPattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '([^/:]+)')}$`)
}

function parseParameters(match: RegExpExecArray): string[] | undefined {
  try {
    return match.slice(1).map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** Makes a stand-in of routes; `refuse` writes the provider's own answer for a path or method it lacks. */
export function createRouter(
  routes: Routes,
  refuse: (reason: 'unknown-path' | 'wrong-method') => SandboxAnswer,
): StandIn {
  const compiled = Object.entries(routes).map(([route, handler]) => {
    const [method = '', template = ''] = route.split(' ')
    return { method, pattern: toPattern(template), handler }
  })
  return request => {
    let reason: 'unknown-path' | 'wrong-method' = 'unknown-path'
    for (const { method, pattern, handler } of compiled) {
      const match = pattern.exec(request.path)
      const parameters = match && parseParameters(match)
      if (!parameters) continue
      if (method === request.method) return handler(request, ...parameters)
      reason = 'wrong-method'
    }
    return refuse(reason)
  }
}
