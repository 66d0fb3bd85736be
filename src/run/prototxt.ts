/** Protocol-buffer text as Caffe writes its solvers and nets. */

/** One field: a value, or a message with fields of its own. */
export interface ProtoField {
  readonly name: string;
  readonly line: number;
  readonly value: string | null;
  readonly fields: readonly ProtoField[];
}

const DEEPEST = 32;
const MOST_FIELDS = 200_000;

/** Reads text protobuf leniently: what makes no sense is stepped over, depth and size are bounded. */
export function parsePrototxt(text: string): ProtoField[] {
  const token =
    /#[^\n]*|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|([A-Za-z_][\w.]*)|([-+]?[\d.][\w.+-]*)|([{}:<>[\],;])|(\n)/g;
  type Open = { name: string; line: number; fields: ProtoField[] };
  const root: ProtoField[] = [];
  const stack: Open[] = [];
  let line = 1;
  let name: string | null = null;
  let nameLine = 1;
  let hasColon = false;
  let count = 0;
  const here = () => stack[stack.length - 1]?.fields ?? root;
  for (let match = token.exec(text); match && count < MOST_FIELDS; match = token.exec(text)) {
    if (match[6] !== undefined) {
      line += 1;
      continue;
    }
    const [, double, single, word, number, mark] = match;
    if (mark === '{' || mark === '<') {
      if (name !== null && stack.length < DEEPEST) {
        stack.push({ name, line: nameLine, fields: [] });
        count += 1;
      }
      name = null;
      hasColon = false;
    } else if (mark === '}' || mark === '>') {
      const done = stack.pop();
      if (done) here().push({ name: done.name, line: done.line, value: null, fields: done.fields });
      name = null;
      hasColon = false;
    } else if (mark === ':') hasColon = name !== null;
    else if (mark !== undefined || match[0].startsWith('#')) continue;
    else {
      const value = double ?? single ?? word ?? number ?? '';
      if (hasColon && name !== null) {
        here().push({ name, line: nameLine, value, fields: [] });
        count += 1;
        name = null;
        hasColon = false;
      } else if (word !== undefined) {
        name = word;
        nameLine = line;
      }
    }
  }
  while (stack.length > 0) {
    const done = stack.pop();
    if (done) here().push({ name: done.name, line: done.line, value: null, fields: done.fields });
  }
  return root;
}

/** The first field of a name. */
export function field(fields: readonly ProtoField[], name: string): ProtoField | undefined {
  return fields.find((candidate) => candidate.name === name);
}

/** The value of the first field of a name, as text. */
export function textOf(fields: readonly ProtoField[], name: string): string | undefined {
  return field(fields, name)?.value ?? undefined;
}

/** The value of the first field of a name, as a number. */
export function numberOf(fields: readonly ProtoField[], name: string): number | undefined {
  const text = textOf(fields, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}
