/** No token, or one that is no good: the caller has to come with another one. The message never quotes the token. */
export class UnauthenticatedError extends Error {
  override readonly name = 'UnauthenticatedError'
}

/** The keys to check tokens with can't be had just now: the token may well be good. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError'
  constructor() {
    super('Tokens can not be checked just now: the keys of their issuer could not be fetched.')
  }
}
