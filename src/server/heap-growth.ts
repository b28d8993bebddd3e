import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How much the heap may grow beyond what a collection has left in it; V8 alone would let it become four times as large. */
const GROWTH_PERCENT = 40

/**
 * Keeps V8 from holding garbage because the machine has room for it: young objects keep the space that they have now,
 * in place of up to 128 MiB, and old ones are collected earlier. For a process that is ours, once all is loaded: a
 * library has no say in it. V8 looks at both settings whenever it collects, and does so here, as its limit until then is
 * twice what is in use. What young objects have now can be as little as 1 MiB, and only the start of the process can set
 * a lower bound, as `npm start` and the image do.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
  setFlagsFromString('--no-expose-gc')
}
