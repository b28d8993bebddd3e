import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

/** The path of a file of this checkout. */
export function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url))
}

export function textOf(file: string): string {
  return readFileSync(pathOf(file), 'utf8')
}

/** The documents in a text of YAML. Throws where it is none, or where a key stands twice. */
export function documentsIn(yaml: string): unknown[] {
  return parseAllDocuments(yaml).map(document => {
    const [mistake] = [...document.errors, ...document.warnings]
    if (mistake) throw mistake
    return document.toJS()
  })
}
