import type { Evaluator } from './evaluator.js';
import type { Reference, Strategy } from './strategy.js';

/** A way to train an adapter that a plugin brings. */
export interface AdapterMethodDefinition {
  /** SCREAMING_SNAKE_CASE, such as `L_LORA`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly Reference[];
  /** What training moves: both factors; B alone, so that A stays the frame's A0; or the base's own weights, kept as updates of full rank. */
  readonly trainable: 'A_AND_B' | 'B' | 'WEIGHTS';
  /**
   * What is replaced by its tangent at the start (A0, B0 = 0), or at the base's weights: nothing, each adapted `MODULE` by itself, or the whole `NETWORK`.
   * An adapter of a method that linearizes the network computes f(θ0) + J(θ0)·ΔW: it is scored so, and its weights merged into the base
   * are another function, equal to first order only. Linear fusions of such adapters are exact in that function.
   */
  readonly linearization: 'NONE' | 'MODULE' | 'NETWORK';
}

export interface PluginDefinition {
  readonly strategies?: readonly Strategy[];
  readonly adapterMethods?: readonly AdapterMethodDefinition[];
  readonly evaluators?: readonly Evaluator[];
}

/** A definition that went through `definePlugin`; recognized by its brand, in whichever copy of the SDK it was made. */
export interface Plugin extends PluginDefinition {
  readonly strategies: readonly Strategy[];
  readonly adapterMethods: readonly AdapterMethodDefinition[];
  /** Absent of a plugin that an SDK without evaluators made. */
  readonly evaluators?: readonly Evaluator[];
}

/** The `"crucible"` key of a plugin's package.json: read and checked before any of its code runs. */
export interface PluginManifest {
  /** semver range of `@crucible/sdk` that the plugin was made for. */
  readonly sdk: string;
  readonly entry: string;
  readonly strategies: readonly string[];
  readonly adapterMethods?: readonly string[];
  readonly evaluators?: readonly string[];
}
