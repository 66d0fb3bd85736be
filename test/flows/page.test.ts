import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chartPage } from '../../flows/page.ts';
import { troubleshoot } from '../../flows/troubleshoot.ts';
import { builtInKnowledge } from '../../src/files.ts';

it('flows/troubleshoot.md is what the chart gives; `npm run chart` writes it', () => {
  const file = join(import.meta.dirname, '../../flows/troubleshoot.md');
  expect(readFileSync(file, 'utf8')).toBe(chartPage(troubleshoot(builtInKnowledge())));
});

it('flows/troubleshoot.ts can be read at one sitting', () => {
  expect(
    readFileSync(join(import.meta.dirname, '../../flows/troubleshoot.ts'), 'utf8').split('\n').length,
  ).toBeLessThan(200);
});
