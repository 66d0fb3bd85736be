/**
 * Bytes of one file, pipe or archive member, however they are reached. The readers know nothing else about the outside
 * world, so every limit and every odd device is handled by whoever makes the source.
 */
export interface ByteSource {
  /** How the file is called in findings. Untrusted text. */
  readonly path: string;
  /** Length in bytes, or `null` when it cannot be known or sought (a pipe, a compressed stream). */
  readonly size: number | null;
  /**
   * Fills `into[offset, offset + length)` from the given position (`null`: the next unread byte) and returns how many
   * bytes were written; 0 is the end.
   */
  readonly read: (
    into: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ) => number | Promise<number>;
  /** The same file decompressed; present where the adapter can inflate gzip. */
  readonly inflated?: () => ByteSource;
  /** What went wrong on the way, once the end was reached. */
  readonly problem?: () => string | null;
  /** Frees what the source holds. Called once, also after an error. */
  readonly close?: () => void | Promise<void>;
}

/** Where a long read stands, for a progress bar. */
export interface Progress {
  readonly path: string;
  readonly file: number;
  readonly files: number;
  readonly bytes: number;
  readonly size: number | null;
}

/** How a run is read. Everything has a sensible default. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Read every line with the exact regular expressions only. For tests: the fast path must agree with it. */
  readonly exactOnly?: boolean;
  /** Identifiers of the symptoms: a mapping whose keys are all symptoms is a file of answers. */
  readonly symptoms?: ReadonlySet<string>;
  /** Bytes fetched at a time. */
  readonly chunkBytes?: number;
  /** At most this many bytes are taken from a source of unknown size. */
  readonly maxStreamBytes?: number;
}

/** A source over bytes in memory: for tests, for text pasted by a person. */
export function bytesSource(path: string, bytes: Uint8Array): ByteSource {
  let next = 0;
  return {
    path,
    size: bytes.length,
    read(into, offset, length, position) {
      const from = position ?? next;
      const piece = bytes.subarray(from, Math.min(bytes.length, from + length));
      into.set(piece, offset);
      if (position === null) next = from + piece.length;
      return piece.length;
    },
  };
}
