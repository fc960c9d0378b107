import { extname } from 'node:path';

/** `fused.safetensors` for the first adapter, `fused.1.safetensors` for the next. */
export function outputPathOf(path: string, position: number): string {
  if (position === 0) return path;
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.${position}${extension}`;
}
