import { ProviderError } from '../domain/provider-error.ts'

/** The result, or the provider's error as a value, so that one failing slot leaves the others standing. */
export async function settle<T>(work: Promise<T> | (() => Promise<T>)): Promise<T | ProviderError> {
  try {
    return await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof ProviderError) return error
    throw error
  }
}
