/** The file system, at the edge: whole reads with limits, whole writes, and the folders of a knowledge base. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from './evidence.ts';
import { type Knowledge, restoreModel, type StoredModel, toldOf, type Units } from './knowledge.ts';

/** What a build ships: the model ready made, symptoms and sources whole, and where every page stands in `pages.json`. */
interface Shipped {
  readonly version: string;
  readonly model: StoredModel;
  readonly symptoms: Units['symptoms'];
  readonly sources: Units['sources'];
  readonly scale: Units['scale'];
  /** Kind of unit → identifier → first byte and length of its JSON. */
  readonly pages: Readonly<
    Record<'causes' | 'remedies' | 'checks' | 'guides', Readonly<Record<string, readonly [number, number]>>>
  >;
}

export interface BuiltInKnowledge extends Knowledge {
  /** Eight hexadecimal digits that change with any file the knowledge was built from. */
  readonly version: string;
}

const READ_AT_ONCE = 1 << 17;

/**
 * The built-in knowledge, as it was checked when the package was built. A page is parsed when it is first looked at:
 * a diagnosis needs few of them, and start-up would pay for all.
 */
export function builtInKnowledge(): BuiltInKnowledge {
  const { version, model, symptoms, sources, scale, pages } = JSON.parse(
    readFileSync(shipped('knowledge.json'), 'utf8'),
  ) as Shipped;
  const tables = readFileSync(shipped('knowledge.bin'));
  let descriptor: number | null = null;
  const read = (from: number, length: number) => {
    descriptor ??= openSync(shipped('pages.json'), 'r');
    const text = Buffer.allocUnsafe(length);
    readSync(descriptor, text, 0, length, from);
    return text;
  };
  const lazy = <T>(places: Readonly<Record<string, readonly [number, number]>>): Readonly<Record<string, T>> => {
    const record: Record<string, T> = {};
    const [start] = Object.values(places)[0] ?? [0];
    const [last, size] = Object.values(places).at(-1) ?? [0, 0];
    // Many short pages are read at once, long ones one by one.
    let all: Buffer | null = null;
    for (const [id, [from, length]] of Object.entries(places))
      Object.defineProperty(record, id, {
        enumerable: true,
        configurable: true,
        get: () => {
          if (last + size - start < READ_AT_ONCE) all ??= read(start, last + size - start);
          const text = all?.subarray(from - start, from - start + length) ?? read(from, length);
          const value = JSON.parse(text.toString('utf8')) as T;
          Object.defineProperty(record, id, { enumerable: true, value });
          return value;
        },
      });
    return record;
  };
  const restored = restoreModel(
    model,
    new Float64Array(tables.buffer, tables.byteOffset, tables.byteLength / 8),
    scale,
  );
  return {
    version,
    causes: lazy(pages.causes),
    symptoms,
    remedies: lazy(pages.remedies),
    checks: lazy(pages.checks),
    guides: lazy(pages.guides),
    sources,
    get told() {
      return toldOf(restored);
    },
    scale,
    model: restored,
  };
}

function shipped(name: string): string {
  const beside = join(import.meta.dirname, name);
  return existsSync(beside) ? beside : join(import.meta.dirname, '..', 'dist', name);
}

export const PROBES = ['pytorch', 'tensorflow', 'jax', 'caffe'] as const;

/** The probe for a framework: a script to put beside the training code, as it stands in `probes/`. */
export function probeScript(framework: (typeof PROBES)[number]): string {
  return readFileSync(shipped(join('probes', `${framework}.py`)), 'utf8');
}

/** A YAML file of a knowledge base, unparsed. */
export interface KnowledgeFile {
  readonly file: string;
  readonly place: string;
  readonly text: string;
}

const LARGEST_UNIT = 1 << 20;

/**
 * Every YAML file of a knowledge base, in the order of their names.
 * @throws {UsageError} where the folder cannot be read or holds no YAML file
 */
export function knowledgeFiles(directory: string): KnowledgeFile[] {
  const found: KnowledgeFile[] = [];
  const visit = (folder: string, inside: string, depth: number) => {
    for (const entry of list(folder)) {
      const path = join(folder, entry.name);
      const place = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory() && depth < 2 && !entry.name.startsWith('.')) visit(path, place, depth + 1);
      else if (/\.ya?ml$/.test(entry.name)) found.push({ file: path, place, text: readText(path, LARGEST_UNIT) });
    }
  };
  visit(directory, '', 0);
  if (found.length === 0)
    throw new UsageError(
      `${directory}: no knowledge here. Write causes/<id>.yaml, symptoms/<id>.yaml or remedies/<id>.yaml in it.`,
    );
  return found;
}

function list(folder: string) {
  try {
    if (!statSync(folder).isDirectory())
      throw new UsageError(`${folder}: is a file. Name the folder that holds causes/, symptoms/ or remedies/.`);
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${folder}: ${reason(error)}.`);
  }
}

/**
 * A text file, whole.
 * @throws {UsageError} where it cannot be read or is larger than `most` bytes
 */
export function readText(path: string, most: number): string {
  let descriptor: number | null = null;
  try {
    if (statSync(path).isDirectory()) throw new UsageError(`${path}: is a directory, a file is needed.`);
    descriptor = openSync(path, 'r');
    if (fstatSync(descriptor).size > most)
      throw new UsageError(`${path}: larger than ${most >> 10} kB, which is too large for what it should be.`);
    const buffer = Buffer.alloc(most + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length <= most; length += read)
      read = readSync(descriptor, buffer, length, most + 1 - length, null);
    if (length > most)
      throw new UsageError(`${path}: larger than ${most >> 10} kB, which is too large for what it should be.`);
    return buffer.toString('utf8', 0, length);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${path}: ${reason(error)}.`);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/**
 * Writes a file whole or not at all: into a new file beside it, flushed, then moved into place. Without `replace` an
 * existing file stays as it is.
 * @throws {UsageError} where it exists or cannot be written
 */
export function writeWhole(path: string, text: string, replace: boolean): void {
  refuseUnwritable(path, replace);
  const replaced = existsSync(path);
  // A link to a file stays one, and a file keeps its permissions.
  const target = replaced ? realpathSync(path) : path;
  const mode = replaced ? statSync(target).mode & 0o777 : 0o666;
  let temporary: string | null = null;
  let descriptor: number | null = null;
  try {
    const opened = openBeside(target, mode);
    ({ temporary, descriptor } = opened);
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(opened.descriptor, bytes, written);
    fsyncSync(opened.descriptor);
    closeSync(opened.descriptor);
    descriptor = null;
    if (replace) renameSync(opened.temporary, target);
    else moveToNew(opened.temporary, target);
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    if (temporary !== null) rmSync(temporary, { force: true });
    throw new UsageError(`${path}: not written, ${reason(error)}.`);
  }
}

/** Opens a new file beside the target. One that a killed process left behind is another's, and is stepped over. */
function openBeside(target: string, mode: number): { temporary: string; descriptor: number } {
  for (let attempt = 0; ; attempt++) {
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}-${attempt}.part`);
    try {
      return { temporary, descriptor: openSync(temporary, 'wx', mode) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 99) throw error;
    }
  }
}

/**
 * Moves a file to a name that is free. A link fails where another process made that file meanwhile; a rename would
 * replace it, and serves only where the file system has no links.
 */
function moveToNew(temporary: string, target: string): void {
  try {
    linkSync(temporary, target);
    rmSync(temporary, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || existsSync(target)) throw error;
    renameSync(temporary, target);
  }
}

export const existsFile = existsSync;

/**
 * Says early what `writeWhole` would refuse, before work is done for it.
 * @throws {UsageError} where the path is a folder, exists and may not be replaced, or lies in no folder
 */
export function refuseUnwritable(path: string, replace: boolean): void {
  if (existsSync(path)) {
    const entry = statSync(path);
    if (entry.isDirectory()) throw new UsageError(`${path}: is a directory. Name a file in it.`);
    // A pipe or a device would be replaced by a file of its name.
    if (!entry.isFile())
      throw new UsageError(`${path}: is no regular file. Without it the output goes to standard output.`);
    if (!replace) throw new UsageError(`${path}: exists already. --force replaces it.`);
  } else if (!existsSync(dirname(path)))
    throw new UsageError(`${path}: not written, the folder ${dirname(path)} does not exist.`);
  else if (!statSync(dirname(path)).isDirectory())
    throw new UsageError(`${path}: not written, ${dirname(path)} is not a folder.`);
  else if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new UsageError(`${path}: not written, it is a link to nothing.`);
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EEXIST: 'exists already',
  EMFILE: 'too many open files',
  ELOOP: 'too many links',
  ENAMETOOLONG: 'the name is too long',
};

/** Why an operation of the file system failed, in words. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message ?? String(error);
}
