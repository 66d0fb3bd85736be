/** Numbers as people write them: `3e-4`, `.001`, `1,5e-3`, `2*10^-4`, `3×10⁻⁴`, `1/1000`. */

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** The characters that a number may be typed with. */
export const isNumberCharacter = (character: string): boolean => /^[0-9.,eE+\-−*x×^/_ ⁻⁰¹²³⁴⁵⁶⁷⁸⁹]$/u.test(character);

/** A number as text that `Number` reads; null where it is none. */
export function readNumber(typed: string): string | null {
  const text = typed
    .trim()
    .replaceAll(/[−⁻]/g, '-')
    .replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => String(SUPERSCRIPT.indexOf(digit)))
    .replaceAll(/[\s_]/g, '')
    .replace(/^([^.,]*),([^.,]*)$/, '$1.$2')
    .toLowerCase();
  const power = /^(?:([-+]?[\d.]+)[*x×])?10(?:\^|\*\*)?([-+]?\d+)$/.exec(text);
  if (power && /[\^*x×]|10[-+]/.test(text)) return read(`${power[1] ?? '1'}e${power[2]}`);
  const fraction = /^([-+]?[\d.e]+)\/([\d.e]+)$/.exec(text);
  if (fraction) return read(String(Number(fraction[1]) / Number(fraction[2])));
  return read(text);
}

function read(text: string): string | null {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? text : null;
}
