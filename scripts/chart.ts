/** Writes `flows/troubleshoot.md` from the chart itself; with `--check` it only tells whether the file is as it would be written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartPage } from '../flows/page.ts';
import { troubleshoot } from '../flows/troubleshoot.ts';
import { builtInKnowledge } from '../src/files.ts';

const file = join(import.meta.dirname, '..', 'flows', 'troubleshoot.md');
const page = chartPage(troubleshoot(builtInKnowledge()));
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) {
  console.error('flows/troubleshoot.md is not what the chart gives. `npm run chart` writes it.');
  process.exitCode = 1;
}
