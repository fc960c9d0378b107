#!/usr/bin/env node
// The command `crucible`. Its parts are compiled; this file is there before they are.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('Crucible is not built yet: npm run build.\n');
  process.exitCode = 1;
}
