import type { Writable } from 'node:stream'
import cliProgress from 'cli-progress'
import { createGauge, type Gauge, type Progress } from './progress.ts'
import type { Waits } from './waits.ts'

/** Standard error, or what stands in for it. */
export type ProgressStream = Writable & { readonly isTTY?: boolean }

const FRAMES_PER_SECOND = 4
const LINE_EVERY_MS = 5_000

/** Shows how far an export is: a bar in a terminal, elsewhere a line every few seconds. */
export function showProgress(stream: ProgressStream, waits: Waits): Progress {
  const gauge = createGauge(waits)
  return { ...gauge, stop: stream.isTTY ? drawBar(stream, gauge) : writeLines(stream, gauge) }
}

/** The bar draws itself anew, so what is waited for shows without anything else happening. Gives back what ends it. */
function drawBar(stream: Writable, gauge: Gauge): () => void {
  const bar = new cliProgress.SingleBar(
    {
      stream,
      fps: FRAMES_PER_SECOND,
      barsize: 20,
      clearOnComplete: true,
      gracefulExit: false,
      format(options, { maxWidth }) {
        const share = gauge.share()
        const drawn = share === null ? '' : `${cliProgress.Format.BarFormat(share, options)} `
        return `${drawn}${gauge.describe()}`.slice(0, maxWidth - 1)
      },
    },
    cliProgress.Presets.shades_classic,
  )
  bar.start(1, 0)
  return () => bar.stop()
}

function writeLines(stream: Writable, gauge: Gauge): () => void {
  const timer = setInterval(() => stream.write(`${gauge.describe()}\n`), LINE_EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
