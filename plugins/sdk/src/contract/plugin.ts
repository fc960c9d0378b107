import type { z } from 'zod';
import type { Reference, Strategy } from './strategy.js';

/** A way to train an adapter that a plugin brings. */
export interface AdapterMethodDefinition {
  /** SCREAMING_SNAKE_CASE, such as `L_LORA`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly Reference[];
  /** Factors that training moves. With `B` alone A stays the frame's A0. */
  readonly trainable: 'A_AND_B' | 'B';
  /** Whether each adapted layer is linearized around the frame (A0, B0 = 0). */
  readonly linearized: boolean;
  readonly options?: z.ZodObject;
}

export interface PluginDefinition {
  readonly strategies?: readonly Strategy[];
  readonly adapterMethods?: readonly AdapterMethodDefinition[];
}

/** A definition that went through `definePlugin`; recognized by its brand, in whichever copy of the SDK it was made. */
export interface Plugin extends PluginDefinition {
  readonly strategies: readonly Strategy[];
  readonly adapterMethods: readonly AdapterMethodDefinition[];
}

/** The `"crucible"` key of a plugin's package.json: read and checked before any of its code runs. */
export interface PluginManifest {
  /** semver range of `@crucible/sdk` that the plugin was made for. */
  readonly sdk: string;
  readonly entry: string;
  readonly strategies: readonly string[];
  readonly adapterMethods?: readonly string[];
}
