import { afterAll, beforeAll } from 'vitest';
import { describeBarriers } from './console/barriers.js';
import { describeComparing } from './console/comparing.js';
import { describeFirstLoad } from './console/first-load.js';
import { describeFusing } from './console/fusing.js';
import { describeLive } from './console/live.js';
import { describeLoss } from './console/loss.js';
import { describeSweeping } from './console/sweeping.js';
import { describeUploading } from './console/uploading.js';
import { World } from './console/world.js';

// One system and one browser for all of them: starting both takes longer than most of what is tested.
let shared: World;
const world = (): World => shared;

beforeAll(async () => {
  shared = await World.start();
});
afterAll(async () => await shared?.dispose());

describeFirstLoad(world);
// First, for others want the run that it watches.
describeLive(world);
describeFusing(world);
describeSweeping(world);
describeUploading(world);
describeBarriers(world);
describeComparing(world);
// Last, for it takes the server away.
describeLoss(world);
