import { describe, expect, it } from 'vitest';
import { idOfContent } from './id-of-content.js';

describe('idOfContent', () => {
  it('is a UUID of version 8 that depends on kind and digest alone', () => {
    const id = idOfContent('adapter', 'a'.repeat(64));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(idOfContent('adapter', 'a'.repeat(64))).toBe(id);
    expect(idOfContent('task', 'a'.repeat(64))).not.toBe(id);
    expect(idOfContent('adapter', 'b'.repeat(64))).not.toBe(id);
  });
});
