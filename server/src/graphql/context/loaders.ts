import type { EntityManager, Ref } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import type { Adapter, FusionRun, Node, Score, TrainingRun } from '../../entities/index.js';
import type { NormalizedScore, Services } from '../../services/index.js';
import { loadChildren, type ChildrenQuery } from './load-children.js';

/**
 * Batched reads of one operation: what is asked for by many objects of one level is read once, so that the number of queries depends on
 * the depth of an operation and not on how much it finds.
 */
export class Loaders {
  readonly #em: EntityManager;
  readonly #children = new Map<string, DataLoader<string, readonly Node[]>>();
  readonly #byId = new Map<unknown, DataLoader<string, Node | null>>();
  readonly #normalized: DataLoader<Score, NormalizedScore>;
  readonly #origins: DataLoader<Adapter, FusionRun | TrainingRun | null>;

  constructor(em: EntityManager, services: Services) {
    this.#em = em;
    this.#normalized = new DataLoader((scores) => services.normalize(em, scores));
    this.#origins = new DataLoader((adapters) => services.origins(em, adapters));
  }

  /** The row that a foreign key points at. */
  async one<Entity extends Node>(ref: Ref<Entity>): Promise<Entity> {
    return (await ref.loadOrFail({ dataloader: true })) as Entity;
  }

  async maybe<Entity extends Node>(ref: Ref<Entity> | null | undefined): Promise<Entity | null> {
    return ref ? await this.one(ref) : null;
  }

  /** Rows by their ids, in that order; what is gone is left out. */
  async byIds<Entity extends Node>(entity: abstract new () => Entity, ids: readonly string[]): Promise<Entity[]> {
    let loader = this.#byId.get(entity);
    if (!loader) {
      loader = new DataLoader(async (keys) => {
        const found = new Map(
          (await this.#em.find<Node>(entity, { id: { $in: [...keys] } })).map((row) => [row.id, row]),
        );
        return keys.map((key) => found.get(key) ?? null);
      });
      this.#byId.set(entity, loader);
    }
    const rows = await loader.loadMany(ids);
    return rows.filter((row): row is Node => row !== null && !(row instanceof Error)) as Entity[];
  }

  /** Rows that point at `parent`, in the order of the query, at most `first` of them for each parent. */
  async children<Entity extends Node>(parent: Node, query: ChildrenQuery<Entity>): Promise<Entity[]> {
    const key = JSON.stringify([
      query.entity.name,
      query.through?.entity.name,
      query.by,
      query.where,
      query.order,
      query.first,
    ]);
    let loader = this.#children.get(key);
    if (!loader) {
      loader = new DataLoader((parents) => loadChildren(this.#em, parents, query));
      this.#children.set(key, loader);
    }
    return [...((await loader.load(parent.id)) as readonly Entity[])];
  }

  async normalized(score: Score): Promise<NormalizedScore> {
    return await this.#normalized.load(score);
  }

  async origin(adapter: Adapter): Promise<FusionRun | TrainingRun | null> {
    return await this.#origins.load(adapter);
  }
}
