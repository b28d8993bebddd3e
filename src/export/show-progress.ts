import type { Writable } from 'node:stream'
import cliProgress from 'cli-progress'
import { createGauge, type Gauge, type Progress } from './progress.ts'
import type { Waits } from './waits.ts'

/** Standard error, or what stands in for it. */
export type ProgressStream = Writable & { readonly isTTY?: boolean }

const FRAMES_PER_SECOND = 4
/** Beside a longer bar too little of the words would be seen in 80 columns. */
const BAR_SIZES = { narrow: 10, wide: 20 }
const WIDE = 100
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
      clearOnComplete: true,
      gracefulExit: false,
      format(options, { maxWidth }) {
        const share = gauge.share()
        const barsize = maxWidth < WIDE ? BAR_SIZES.narrow : BAR_SIZES.wide
        const drawn = share === null ? '' : `${cliProgress.Format.BarFormat(share, { ...options, barsize })} `
        const line = `${drawn}${gauge.describe()}`
        return line.length < maxWidth ? line : `${line.slice(0, maxWidth - 2)}…`
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
