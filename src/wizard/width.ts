/**
 * Columns and characters of a text on a terminal. Inside the wizard the build puts these in the place of `string-width`
 * and `Intl.Segmenter`, which cost thirty milliseconds before the first frame. No sequences of emoji are drawn there:
 * `printable` takes their joiners out.
 */

import { columnsOf } from '../report/wrap.ts';

const MARK = /^[\p{Mn}\p{Me}\u200D]$/u;

/** As much of `Intl.Segmenter` as Ink uses: characters, each with the marks that stand on it. */
export class QuickSegmenter {
  *segment(text: string): Generator<{ readonly segment: string; readonly index: number }> {
    let segment = '';
    let index = 0;
    for (const character of text) {
      if (segment !== '' && !(character > '\u02FF' && MARK.test(character))) {
        yield { segment, index };
        index += segment.length;
        segment = '';
      }
      segment += character;
    }
    if (segment !== '') yield { segment, index };
  }
}

// biome-ignore lint/style/noDefaultExport: the shape of the module it replaces
export default columnsOf;
