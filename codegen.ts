import type { CodegenConfig } from '@graphql-codegen/cli'

/** Typed documents for tests and examples, from the operations that stand as files. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['examples/*.graphql', 'test/**/*.graphql'],
  generates: {
    'test/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        importExtension: '.ts',
        scalars: { DateTime: 'string', JSONObject: 'Record<string, unknown>' },
      },
    },
  },
}

export default config
