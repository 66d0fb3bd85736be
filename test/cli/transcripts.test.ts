/** Every Markdown file here is a transcript; `UPDATE=1 npx vitest run test/cli` writes down what the commands print now. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsOf, replay } from './transcript.ts';

const transcripts = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.md'));

describe.concurrent('the command line prints what its transcripts show', () => {
  for (const name of transcripts)
    it(`${name.replace('.md', '')}`, { timeout: 60_000 }, async () => {
      const file = join(import.meta.dirname, name);
      const written = readFileSync(file, 'utf8');
      expect(commandsOf(written).length, 'commands in the transcript').toBeGreaterThan(0);
      const now = await replay(written);
      if (process.env.UPDATE) writeFileSync(file, now);
      else expect(now).toBe(written);
    });
});
