import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents from the schema that the server prints; `npm run build -w @crucible/admin` runs it. */
const config: CodegenConfig = {
  schema: '../schema/schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/graphql/generated/**'],
  generates: {
    './src/graphql/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        documentMode: 'string',
        skipTypename: false,
        onlyOperationTypes: true,
        strictScalars: true,
        immutableTypes: true,
        scalars: { ID: 'string', DateTime: 'string', BigInt: 'string', Sha256: 'string' },
      },
    },
  },
};
export default config;
