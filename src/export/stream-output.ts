import type { Writable } from 'node:stream'
import type { Output } from './output.ts'

/** A stream, such as standard output or a device: what is written is gone, so nothing is taken back and nothing resumed. */
export function createStreamOutput(stream: Writable): Output {
  let size = 0
  let failure: Error | null = null
  // Whatever fails is told to whoever writes next; without a listener it would end the process.
  stream.on('error', error => {
    failure ??= error
  })
  return {
    resumed: null,
    changedCredentials: [],
    canCutBack: false,
    size: () => size,
    async append(text) {
      if (failure !== null) throw failure
      await new Promise<void>((resolve, reject) => {
        stream.write(text, error => (error ? reject(error) : resolve()))
      })
      size += Buffer.byteLength(text)
    },
    cutBack: () => Promise.reject(new Error('a stream can not be cut back')),
    keep: async () => {},
    async finish() {
      if (failure !== null) throw failure
    },
    leave: async () => null,
  }
}
