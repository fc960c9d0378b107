import type { EntityManager } from '@mikro-orm/postgresql';
import type { Platform } from '../../platform/index.js';
import { Loaders } from './loaders.js';

/**
 * What one operation works with: an entity manager and loaders that it shares with no other, so that nothing it reads is older than itself.
 *
 * A subscription is one operation with many events: it calls `renew` before each, or the second event would show the rows of the first.
 * Apollo hands resolvers a copy of this object, property by property: `#private` fields would be lost on the way.
 */
export class ApiContext {
  readonly platform: Platform;
  private scope: { readonly em: EntityManager; readonly loaders: Loaders };

  constructor(platform: Platform) {
    this.platform = platform;
    this.scope = openScope(platform);
  }

  get em(): EntityManager {
    return this.scope.em;
  }

  get loaders(): Loaders {
    return this.scope.loaders;
  }

  renew(): void {
    this.scope = openScope(this.platform);
  }
}

function openScope({ orm, services }: Platform): { em: EntityManager; loaders: Loaders } {
  const em = orm.em.fork();
  return { em, loaders: new Loaders(em, services) };
}
