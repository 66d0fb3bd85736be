/** A terminal in memory: keys go in, what is written is kept. */
import { EventEmitter } from 'node:events';

export class Input extends EventEmitter {
  readonly isTTY = true;
  isRaw = false;
  #chunk: string | null = null;

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }
  setEncoding(): void {}
  ref(): void {}
  unref(): void {}
  pause(): void {}

  read(): string | null {
    const chunk = this.#chunk;
    this.#chunk = null;
    return chunk;
  }

  press(keys: string): void {
    this.#chunk = keys;
    this.emit('readable');
  }
}

export class Output extends EventEmitter {
  readonly isTTY = true;
  columns = 80;
  rows = 24;
  bytes = 0;
  all = '';
  last = '';

  write(text: string): boolean {
    this.bytes += Buffer.byteLength(text);
    this.all += text;
    this.last = text;
    return true;
  }
}
