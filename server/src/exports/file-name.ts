/** A name for a file on any system: letters, digits, dot, dash and underscore; never empty, hidden, or longer than a file system takes. */
export function safeFileName(name: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100);
  return safe === '' ? 'adapter' : safe;
}
