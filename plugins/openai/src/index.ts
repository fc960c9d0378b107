import { definePlugin } from '@crucible/sdk';
import { openAi } from './open-ai.js';

export { openAiErrors } from './errors.js';

export default definePlugin({ evaluators: [openAi] });
