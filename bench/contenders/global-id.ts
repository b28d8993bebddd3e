/** An id as dirgraph makes them, so that the answers of all contenders can be compared. */
export function toGlobalId(kind: string, ...path: readonly string[]): string {
  return Buffer.from(`${kind}:${path.join(':')}`).toString('base64url')
}
