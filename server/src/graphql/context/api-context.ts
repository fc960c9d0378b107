import type { EntityManager } from '@mikro-orm/postgresql';
import type { Platform } from '../../platform/platform.js';
import { Loaders } from './loaders.js';

/**
 * What one operation works with: an entity manager and loaders that it shares with no other, so that nothing it reads is older than itself.
 *
 * A subscription is one operation with many events: it calls `renew` before each, or the second event would show the rows of the first.
 */
export class ApiContext {
  readonly platform: Platform;
  #em: EntityManager;
  #loaders: Loaders;

  constructor(platform: Platform) {
    this.platform = platform;
    this.#em = platform.orm.em.fork();
    this.#loaders = new Loaders(this.#em, platform.services);
  }

  get em(): EntityManager {
    return this.#em;
  }

  get loaders(): Loaders {
    return this.#loaders;
  }

  renew(): void {
    this.#em = this.platform.orm.em.fork();
    this.#loaders = new Loaders(this.#em, this.platform.services);
  }
}
