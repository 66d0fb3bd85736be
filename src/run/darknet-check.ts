import type { ConfigIssue } from './reading.ts';

/** Checks a Darknet configuration for what is known to end in NaN. */
export function darknetIssues(path: string, text: string): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  let section = '';
  let filters: { value: number; line: number } | null = null;
  let classes: { value: number; line: number } | null = null;
  let masks = 0;
  const close = () => {
    if (section !== 'yolo' || classes === null || masks === 0 || filters === null) return;
    const expected = (classes.value + 5) * masks;
    if (filters.value !== expected) {
      issues.push({
        source: `${path}:${filters.line}`,
        problem: `filters=${filters.value} before [yolo] with ${classes.value} classes and ${masks} masks`,
        because: `the layer expects (classes + 5) * masks = ${expected}; the loss reads the wrong memory`,
        fix: `set filters=${expected}`,
        findings: [
          {
            symptom: 'labels-valid',
            answer: 'invalid',
            source: `${path}:${filters.line}`,
            detail: 'filters do not fit the classes',
            confidence: 'weak',
          },
        ],
      });
    }
  };
  let line = 0;
  for (const raw of text.split('\n')) {
    line += 1;
    const head = /^\s*\[(\w{1,40})\]/.exec(raw);
    if (head) {
      close();
      if (section === 'yolo') filters = null;
      section = head[1] ?? '';
      classes = null;
      masks = 0;
      continue;
    }
    const match = /^\s*(\w{1,40})\s*=\s*([^#\n]{0,400})/.exec(raw);
    if (!match) continue;
    const value = (match[2] ?? '').trim();
    if (match[1] === 'filters' && section === 'convolutional') filters = { value: Number(value), line };
    else if (match[1] === 'classes') classes = { value: Number(value), line };
    else if (match[1] === 'mask') masks = value.split(',').length;
    else if (match[1] === 'burn_in' && section === 'net' && Number(value) === 0) {
      issues.push({
        source: `${path}:${line}`,
        problem: 'burn_in=0',
        because: 'the full rate from the first batch often diverges',
        fix: 'burn_in=1000',
        findings: [],
      });
    }
  }
  close();
  return issues;
}
