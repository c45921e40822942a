/** @file Files that people bring: chosen, or dropped, also in folders. */

/** A file, and the name of the folder it lay in, where that means something. */
export interface BroughtFile {
  readonly file: File;
  readonly folder?: string;
}

/** Folders of pictures are one clip each; folders of clips are only where they lay. */
const picture = /\.(png|jpe?g|bmp|tiff?)$/i;

/** What was dropped, with what lies in dropped folders. To be called while the event is handled. */
export async function droppedFiles(transfer: DataTransfer): Promise<BroughtFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ file }));
  const found = await Promise.all(entries.map((entry) => filesOf(entry)));
  return sorted(found.flat());
}

/** What was chosen by an input; one for folders says where each file lay. */
export function chosenFiles(files: Iterable<File>): BroughtFile[] {
  const brought = [...files].map((file) => {
    const folder = file.webkitRelativePath.split('/').slice(0, -1).at(-1);
    return folder !== undefined && picture.test(file.name) ? { file, folder } : { file };
  });
  return sorted(brought);
}

async function filesOf(entry: FileSystemEntry, folder?: string): Promise<BroughtFile[]> {
  if (entry.name.startsWith('.')) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((found, failed) =>
      (entry as FileSystemFileEntry).file(found, failed),
    );
    return [folder !== undefined && picture.test(file.name) ? { file, folder } : { file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  for (;;) {
    // It gives a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((found, failed) => reader.readEntries(found, failed));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map((each) => filesOf(each, entry.name)))).flat();
}

function sorted(files: BroughtFile[]): BroughtFile[] {
  const order = new Intl.Collator('en', { numeric: true });
  return files.sort(
    (a, b) => order.compare(a.folder ?? '', b.folder ?? '') || order.compare(a.file.name, b.file.name),
  );
}
