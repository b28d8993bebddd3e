import type { CallContext } from '../domain/directory-provider.ts'
import type { UpstreamAnswer } from './upstream-client.ts'

/** What an operation has read, by the read's key: it sees one answer to a question, unless that is told to have changed. */
export type ReadMemo = Map<string, UpstreamAnswer | Promise<UpstreamAnswer>>

/** The memo of each operation, for as long as that lasts. */
export interface ReadMemos {
  of(call: CallContext): ReadMemo
  forget(call: CallContext): void
  forgetAll(): void
}

export function createReadMemos(): ReadMemos {
  let memos = new WeakMap<CallContext, ReadMemo>()
  return {
    of(call) {
      const known = memos.get(call)
      if (known !== undefined) return known
      const memo: ReadMemo = new Map()
      memos.set(call, memo)
      return memo
    },
    forget: call => void memos.delete(call),
    forgetAll() {
      memos = new WeakMap()
    },
  }
}
