import { statfs } from 'node:fs/promises';
import { SDK_VERSION } from '@crucible/sdk';
import { Ctx, Field, FieldResolver, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { Plugin, PluginStatus } from '../../entities/index.js';
import { BigIntScalar } from '../../scalars/index.js';
import type { ApiContext } from '../context/api-context.js';
import { SERVER_VERSION } from './server-version.js';

@ObjectType({ description: 'One backend that was considered.' })
class ConsideredBackend {
  @Field(() => String, { description: 'Such as tensorflow-gpu, webgpu, wasm.' })
  name!: string;
  @Field(() => Boolean, { description: 'Whether it works here.' })
  available!: boolean;
  @Field(() => String, { description: 'Why it does, or does not.' })
  why!: string;
}

@ObjectType({ description: 'What computes here: the backend that new jobs get.' })
class SystemBackend {
  @Field(() => String, { description: 'Name of the backend that is used.' })
  chosen!: string;
  @Field(() => String, { description: 'Why that one.' })
  why!: string;
  @Field(() => [ConsideredBackend], {
    description: 'Those that were tried, best first; what comes after the chosen one was not tried.',
  })
  available!: readonly ConsideredBackend[];
}

@ObjectType({ description: 'Jobs that wait and jobs that are worked on.' })
class QueueDepth {
  @Field(() => Int, { description: 'Jobs that wait for a free compute process.' })
  waiting!: number;
  @Field(() => Int, { description: 'Jobs that are worked on.' })
  active!: number;
}

@ObjectType({ description: 'What is kept, and how much room there is.' })
class Storage {
  @Field(() => BigIntScalar, { description: 'Bytes of the database.' })
  databaseBytes!: number;
  @Field(() => BigIntScalar, { description: 'Bytes of the files of adapters, tasks and base models.' })
  blobBytes!: number;
  @Field(() => BigIntScalar, { description: 'Bytes that are free on the disk of the blob store.' })
  freeBytes!: number;
}

@ObjectType({ description: 'How many plugins were found.' })
class PluginCounts {
  @Field(() => Int, { description: 'Plugins that can be used.' })
  loaded!: number;
  @Field(() => Int, { description: 'Plugins made for another version of the SDK.' })
  incompatible!: number;
  @Field(() => Int, { description: 'Plugins that do not work; `plugins` says why.' })
  failed!: number;
}

@ObjectType({ description: 'The installation itself.' })
class System {
  @Field(() => String, { description: 'Version of Crucible.' })
  readonly version: string = SERVER_VERSION;
  @Field(() => String, { description: 'Version of the plugin contract, @crucible/sdk.' })
  readonly sdkVersion: string = SDK_VERSION;
  @Field(() => String, { description: 'Version of Node.js.' })
  readonly nodeVersion: string = process.versions.node;
}

@Resolver(() => System)
export class SystemResolver {
  @Query(() => System, { description: 'The installation: version, backend, plugins, queue and storage.' })
  system(): System {
    return new System();
  }

  @FieldResolver(() => SystemBackend, { description: 'What computes here, and why that.' })
  backend(@Ctx() { platform }: ApiContext): SystemBackend {
    const { name, reason, considered } = platform.backend;
    return { chosen: name, why: reason, available: considered };
  }

  @FieldResolver(() => PluginCounts, { description: 'Plugins by what became of them.' })
  async plugins(@Ctx() { em }: ApiContext): Promise<PluginCounts> {
    const found = await em.find(Plugin, { installed: true });
    const count = (status: PluginStatus): number => found.filter((plugin) => plugin.status === status).length;
    return {
      loaded: count(PluginStatus.LOADED),
      incompatible: count(PluginStatus.INCOMPATIBLE),
      failed: count(PluginStatus.FAILED),
    };
  }

  @FieldResolver(() => QueueDepth, { description: 'How much work is there.' })
  async queue(@Ctx() { platform }: ApiContext): Promise<QueueDepth> {
    return await platform.queue.depth();
  }

  @FieldResolver(() => Storage, { description: 'What is kept, and how much room there is.' })
  async storage(@Ctx() { em, platform }: ApiContext): Promise<Storage> {
    // The same bytes are kept once, so that each digest counts once.
    const [row] = await em.execute<{ database: string; blobs: string }[]>(
      `select pg_database_size(current_database()) as database, (select coalesce(sum(size_bytes), 0) from (
         select digest, size_bytes from adapter union select digest, size_bytes from task union select digest, size_bytes from base_model
       ) as files) as blobs`,
    );
    const { bavail, bsize } = await statfs(platform.home);
    return { databaseBytes: Number(row?.database), blobBytes: Number(row?.blobs), freeBytes: bavail * bsize };
  }
}
