import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadPlugins } from '@crucible/sdk/host';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { HOST_FOLDER } from '../compute/load-strategy.js';
import { buildSchema } from './build-schema.js';

/** The contract as it is committed: types and fields sorted, so that a diff shows what changed and not what moved. */
export const schemaText = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;

/** `npm run schema:print`: writes `schema/schema.graphql` from the code and the plugins that are installed. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { schema } = await buildSchema(await loadPlugins({ root: HOST_FOLDER }));
  const target = process.argv[2] ?? fileURLToPath(new URL('../../../schema/schema.graphql', import.meta.url));
  await writeFile(target, schemaText(schema));
}
