import { writeFileSync } from 'node:fs'
import { printSchema } from 'graphql'
import { schema } from '../src/schema/index.ts'
import { printSubgraph } from '../src/schema/print-subgraph.ts'

if (process.argv.includes('--federation')) process.stdout.write(`${printSubgraph(schema)}\n`)
else writeFileSync(new URL('../schema.graphql', import.meta.url), `${printSchema(schema)}\n`)
