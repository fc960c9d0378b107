import { CrucibleError, isCrucibleError } from '@crucible/engine/errors';
import type { WireError } from './worker-protocol.js';

/** Causes deeper than this are cut off: a cyclic cause must not hang the worker. */
const DEPTH = 4;

export function toWire(error: unknown, depth = DEPTH): WireError {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = error.cause !== undefined && depth > 0 ? { cause: toWire(error.cause, depth - 1) } : {};
  const base = { message: error.message, stack: error.stack, ...cause };
  if (!isCrucibleError(error)) return base;
  return { ...base, code: error.code, remedy: error.remedy, details: cloneable(error.details) };
}

export function fromWire(wire: WireError): Error {
  const cause = wire.cause && fromWire(wire.cause);
  if (wire.code === undefined) {
    const error = new Error(wire.message, cause && { cause });
    if (wire.stack !== undefined) error.stack = wire.stack;
    return error;
  }
  const entry = { code: wire.code, summary: '', remedy: wire.remedy ?? '' };
  return new CrucibleError(entry, wire.message, wire.details, cause);
}

function cloneable(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(details);
  } catch {
    return {};
  }
}
