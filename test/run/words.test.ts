import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readTexts, root, signs } from './reading.ts';

const folder = join(root, 'knowledge', 'symptoms');
const symptoms = new Map<string, { answers: ReadonlySet<string>; takesNumbers: boolean }>(
  (existsSync(folder) ? readdirSync(folder) : []).map((name) => {
    const { answers, number } = parse(readFileSync(join(folder, name), 'utf8')) as {
      answers: Record<string, unknown>;
      number?: unknown;
    };
    return [name.replace('.yaml', ''), { answers: new Set(Object.keys(answers)), takesNumbers: number !== undefined }];
  }),
);

const isKnown = (symptom: string, answer: string) => {
  const known = symptoms.get(symptom);
  return known !== undefined && (known.answers.has(answer) || (known.takesNumbers && !Number.isNaN(Number(answer))));
};

describe('the words of the vocabulary', () => {
  it('are the only ones that signs use', () => {
    const claims = [...signs().signs, ...signs().series, ...signs().plateaus].flatMap(({ says }) => says);
    const answers = [...claims, ...[...signs().operations.values()].map((answer) => ({ symptom: 'bad-op', answer }))];
    expect(answers.filter(({ symptom, answer }) => !isKnown(symptom, answer))).toEqual([]);
  });

  it('are the only ones that the source of the readers uses', () => {
    const wrong: string[] = [];
    for (const name of ['detect.ts', 'settings.ts', 'caffe-check.ts', 'read.ts']) {
      const text = readFileSync(join(root, 'src', 'run', name), 'utf8');
      for (const [, symptom = '', answer = ''] of text.matchAll(/(?:add|find)\(\s*'([a-z-]+)',\s*'([a-z0-9-]+)'/g))
        if (!isKnown(symptom, answer)) wrong.push(`${name}: ${symptom} ${answer}`);
      for (const [, symptom = '', answer = ''] of text.matchAll(/symptom: '([a-z-]+)',\s*answer: '([a-z0-9-]+)'/g))
        if (!isKnown(symptom, answer)) wrong.push(`${name}: ${symptom} ${answer}`);
    }
    expect(wrong).toEqual([]);
  });

  it('make a mapping of symptoms a file of answers', async () => {
    const ids = new Set(symptoms.keys());
    const yaml = await readTexts(
      { 'a.yaml': 'loss-trend: growing\ndtype: float16\nlr-value: 0.1\n' },
      { symptoms: ids },
    );
    expect(yaml.findings.map(({ symptom, answer, source }) => [symptom, answer, source])).toEqual([
      ['loss-trend', 'growing', 'a.yaml:1'],
      ['dtype', 'float16', 'a.yaml:2'],
      ['lr-value', '0.1', 'a.yaml:3'],
    ]);
    const json = await readTexts({ 'a.json': '{"onset": "late", "framework": "jax"}' }, { symptoms: ids });
    expect(json.findings.map(({ symptom, answer }) => [symptom, answer])).toEqual([
      ['onset', 'late'],
      ['framework', 'jax'],
    ]);
  });
});
