import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathOf } from './read-deployment.ts'

/** An object of the Kubernetes API, as far as all of them are alike. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
}

/**
 * What does not fit the published API, a line for each mistake, under the name of the list it is in: a field that there
 * is not, one that is missing, or a value of the wrong type. The judge is the compiler, by the types that
 * `kubernetes-types` makes of the API's own description.
 */
export function mistakesIn(
  lists: Readonly<Record<string, readonly KubernetesObject[]>>,
): Record<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dirgraph-objects-'))
  try {
    for (const [name, objects] of Object.entries(lists))
      writeFileSync(join(folder, `${name}.ts`), objects.map(toDeclaration).join('\n'))
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      module: 'esnext',
      moduleResolution: 'bundler',
      paths: { 'kubernetes-types/*': [pathOf('node_modules/kubernetes-types/*')] },
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const compiler = pathOf('node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const lines = stdout.split('\n')
    return Object.fromEntries(
      Object.keys(lists).map(name => [name, lines.filter(line => line.startsWith(`${name}.ts(`))]),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function toDeclaration(object: KubernetesObject, index: number): string {
  const { apiVersion, kind } = object
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion]
  const module = `kubernetes-types/${group.split('.')[0]}/${version}`
  return `export const object${index}: import('${module}').${kind} = ${JSON.stringify(object)}`
}
