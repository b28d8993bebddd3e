/**
 * Whether to leave tests out, for a reason that may be null. It is said in a line of its own, since reporters keep
 * silent about skipped tests. On CI nothing is left out: the tests run, and fail for that reason.
 */
export function isLeftOut(what: string, why: string | null): boolean {
  if (why === null || process.env.CI === 'true') return false
  process.stderr.write(`\nLeft out: ${what}: ${why}.\n`)
  return true
}
