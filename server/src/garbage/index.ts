export { GarbageCollector, type Collected, type CollectorOptions } from './garbage-collector.js';
