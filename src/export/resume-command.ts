import { basename, relative } from 'node:path'

/** As the shells of Unix read it. */
const PLAIN = /^[\w@%+=:,./-]+$/

/**
 * The command that goes on with an export, ready to be pasted: the same words, with `--resume`. `script` is the path of
 * what runs, by which it shows how it was started.
 */
export function toResumeCommand(words: readonly string[], script: string, isUnderNpm: boolean): string {
  const all = words.includes('--resume') ? words : [...words, '--resume']
  return `${programOf(script, isUnderNpm)} export ${all.map(quote).join(' ')}`
}

function programOf(script: string, isUnderNpm: boolean): string {
  if (isUnderNpm || script.includes('node_modules/.bin/')) return 'npx dirgraph'
  if (basename(script) === 'dirgraph') return 'dirgraph'
  return `node ${quote(relative('', script))}`
}

function quote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
