/** A file with its path in the folder that was dropped or chosen. */
export interface ChosenFile {
  readonly name: string;
  readonly file: File;
}

/** More than so many files are no adapter: somebody dropped the wrong folder. */
const MOST_FILES = 2_000;

/** Files of an input of the page; of a folder, with their paths in it. */
export const chosenFiles = (files: Iterable<File>): readonly ChosenFile[] =>
  [...files].slice(0, MOST_FILES).map((file) => ({ name: file.webkitRelativePath || file.name, file }));

/** Files that were dropped, folders gone through. Has to be called while the drop is being handled: its items are gone afterwards. */
export function droppedFiles(transfer: DataTransfer): Promise<readonly ChosenFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  // Browsers that know no entries, and what was dragged from within them, have the files alone.
  return entries.length === 0 ? Promise.resolve(chosenFiles(transfer.files)) : walk(entries);
}

async function walk(entries: readonly FileSystemEntry[]): Promise<readonly ChosenFile[]> {
  const found: ChosenFile[] = [];
  const open = [...entries];
  for (let entry = open.shift(); entry && found.length < MOST_FILES; entry = open.shift()) {
    if (isFile(entry)) found.push({ name: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) });
    else if (isDirectory(entry)) open.push(...(await entriesOf(entry)));
  }
  return found;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A folder gives its entries in parts, and an empty one at the end. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return all;
    all.push(...part);
  }
}
