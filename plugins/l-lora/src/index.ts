import { definePlugin } from '@crucible/sdk';
import { lLora } from './l-lora.js';
import { lLoraMethod } from './l-lora-method.js';
import { fullMethod, fullLinearizedMethod, networkLinearizedMethod } from './paper-methods.js';

export { lLoraErrors } from './errors.js';

export default definePlugin({
  strategies: [lLora],
  adapterMethods: [lLoraMethod, networkLinearizedMethod, fullMethod, fullLinearizedMethod],
});
