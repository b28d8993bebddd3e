/** Why there is no export, in a line for whoever has asked for it: no data of anybody's, and no secret. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
}
