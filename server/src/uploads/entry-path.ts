import { uploadErrors } from './errors.js';
import type { UploadLimits } from './upload-limits.js';

/**
 * The path of an archive's entry as segments, if it stays inside of the folder that it is unpacked to on every file system: relative, without `..`, drive
 * letters, backslashes or control characters.
 *
 * @throws UPLOAD_ENTRY_UNSAFE
 */
export function entrySegments(path: string, limits: Pick<UploadLimits, 'depth' | 'pathCharacters'>): readonly string[] {
  const unsafe = (problem: string): Error => uploadErrors.entryUnsafe({ entry: path.slice(0, 200), problem });
  if (path.length > limits.pathCharacters) throw unsafe(`has a path of more than ${limits.pathCharacters} characters`);
  if (/[\\\p{Cc}]/u.test(path)) throw unsafe('has a backslash or a control character in its path');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) throw unsafe('has an absolute path');
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw unsafe('has ".." in its path');
  if (segments.length > limits.depth) throw unsafe(`lies more than ${limits.depth} folders deep`);
  return segments;
}
