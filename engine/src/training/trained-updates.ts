import type { AdapterModuleInfo } from '../adapters/index.js';
import type { LowRankUpdate } from '../models/index.js';

/** An update with how the base stores what it changes, where that is no linear layer. */
export type TrainedUpdate = LowRankUpdate & Pick<AdapterModuleInfo, 'layout' | 'parameter' | 'kernel'>;

/** By the name of the adapted module, as in an adapter's file. */
export type TrainedUpdates = ReadonlyMap<string, TrainedUpdate>;
