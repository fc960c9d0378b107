import { definePlugin } from '@crucible/sdk';
import { pcb } from './pcb.js';

export default definePlugin({ strategies: [pcb] });
export { pcb } from './pcb.js';
