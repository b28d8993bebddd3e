/** What an export that has not ended leaves behind. */
export interface Left {
  /** The file in which its rows are. */
  readonly path: string
  /** Those that the next one need not write again. */
  readonly rows: number
}

/** Why there is no export, in a line for whoever has asked for it: no data of anybody's, and no secret. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
  /** With what an export can go on; null where that is not the matter. */
  readonly left: Left | null
  constructor(message: string, left: Left | null = null) {
    super(message)
    this.left = left
  }
}
