import 'reflect-metadata';
import { DataloaderType, MikroORM, type Options } from '@mikro-orm/postgresql';
import { entities } from '../entities/index.js';

export interface OrmOptions {
  readonly databaseUrl: string;
  /** Connections of this process. */
  readonly connections?: number;
}

/** All that MikroORM needs to know beside the migrations. */
export function ormConfig({ databaseUrl, connections = 8 }: OrmOptions): Options {
  return {
    entities,
    clientUrl: databaseUrl,
    pool: { min: 0, max: connections },
    // References and collections that resolvers load one by one are read in batches.
    dataloader: DataloaderType.ALL,
    forceUtcTimezone: true,
    // pg-boss has its own migrations in its own schema.
    schemaGenerator: { ignoreSchema: ['pgboss'] },
  };
}

export async function openOrm(options: OrmOptions): Promise<MikroORM> {
  return MikroORM.init(ormConfig(options));
}
