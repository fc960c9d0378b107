import type { KernelBackend } from '@tensorflow/tfjs-core';

/** What Dawn's Node package and tfjs's backend on it give, as far as it is used here: both are optional peers, and must not be needed to build. */
export interface Dawn {
  /** Flags as `adapter=NAME` and `backend=vulkan`. */
  create(flags: string[]): Gpu;
  readonly globals: object;
}

export interface Gpu {
  requestAdapter(options: { readonly powerPreference: PowerPreference }): Promise<Adapter | null>;
}

export type PowerPreference = 'high-performance' | 'low-power';

export interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
  readonly features: { has(name: string): boolean };
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: {
    readonly requiredFeatures: readonly string[];
    readonly requiredLimits: Readonly<Record<string, number>>;
  }): Promise<Device>;
}

export interface Device {
  readonly limits: Readonly<Record<string, number>>;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  destroy(): void;
}

export interface BufferManager {
  readonly numBytesUsed: number;
  readonly numBytesAllocated: number;
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): unknown;
  releaseBuffer(buffer: unknown, reuse?: boolean): void;
}

export interface WebGpuBackend extends KernelBackend {
  readonly device: Device;
  readonly bufferManager: BufferManager;
}

export interface WebGpuModule {
  readonly WebGPUBackend: new (device: Device, info: Adapter['info']) => WebGpuBackend;
}
