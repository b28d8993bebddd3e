import { AsyncLocalStorage } from 'node:async_hooks'

const scopes = new AsyncLocalStorage<object | null>()

/** Runs what is done for one request: all of it, however deep below, has the same `currentRequest`. */
export function forOneRequest<T>(run: () => T): T {
  return scopes.run({}, run)
}

/** Runs what is done for many at once, though one of them set it off. */
export function forNoRequest<T>(run: () => T): T {
  return scopes.run(null, run)
}

/** Stands for the request, null for no single one; undefined where nobody has said for whom it is. */
export function currentRequest(): object | null | undefined {
  return scopes.getStore()
}
