import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believe } from '../../src/belief.ts';
import { diagnose, type Report } from '../../src/diagnosis.ts';
import { type Fact, UNSURE } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import type { Cause, Remedy, Symptom } from '../../src/schema.ts';
import { everyAnswer, facts } from './facts.ts';
import { gainOf } from './oracle.ts';

const knowledge = builtInKnowledge();
const { scale, model } = knowledge;
const causeOf = (id: string) => knowledge.causes[id] as Cause;
const symptomOf = (id: string) => knowledge.symptoms[id] as Symptom;
const isSame = (one: { symptom: string }) => (other: { symptom: string }) => one.symptom === other.symptom;
const probabilityOf = ({ causes }: Report, id: string) => causes.find((cause) => cause.id === id)?.probability ?? 0;

/** Facts and their diagnosis. */
const diagnosed = (most: number) =>
  facts(knowledge, most).map((given) => ({ given, report: diagnose(knowledge, given) }));
/** Facts, one of them apart from the others. */
const withOne = (most: number, source?: string) =>
  facts(knowledge, most, source)
    .filter(({ length }) => length > 0)
    .map(([one, ...others]) => ({ one: one as Fact, others }));
const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, numRuns = 60) =>
  fc.assert(fc.property(arbitrary, property), { numRuns });

describe('probabilities', () => {
  it('sum to 1 with that of a cause unknown here, however many causes are told of', () => {
    check(fc.tuple(facts(knowledge, 44), fc.integer({ min: 1, max: 50 })), ([given, top]) => {
      const { causes, other } = diagnose(knowledge, given, { top });
      expect(causes).toHaveLength(Math.min(top, model.causes.length));
      expect(causes.reduce((sum, { probability }) => sum + probability, other)).toBeCloseTo(1, 12);
      expect(causes.map(({ probability }) => probability)).toEqual(
        causes.map(({ probability }) => probability).toSorted((a, b) => b - a),
      );
    });
  });

  it('and all other figures are finite numbers, also when everything is answered at once', () => {
    check(facts(knowledge, 44), (given) => {
      const figures = numbersIn(diagnose(knowledge, given));
      expect(figures.length).toBeGreaterThan(model.causes.length);
      expect(figures.filter((figure) => !Number.isFinite(figure))).toEqual([]);
    });
  });
});

/** Where two values differ, by path. */
function differences(one: unknown, two: unknown, path = ''): string[] {
  if (typeof one !== 'object' || typeof two !== 'object' || one === null || two === null)
    return Object.is(one, two) ? [] : [`${path}: ${one} | ${two}`];
  const keys = new Set([...Object.keys(one), ...Object.keys(two)]);
  return [...keys].flatMap((key) =>
    differences((one as Record<string, unknown>)[key], (two as Record<string, unknown>)[key], `${path}/${key}`),
  );
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe('the order of what is told', () => {
  it('changes nothing but the order in which it is listed', () => {
    const shuffled = facts(knowledge, 12).chain((given) =>
      fc.shuffledSubarray(given, { minLength: given.length }).map((other) => ({ given, other })),
    );
    const listed = (report: Report) => ({
      ...report,
      evidence: report.evidence.toSorted((a, b) => (a.symptom < b.symptom ? -1 : 1)),
    });
    check(
      shuffled,
      ({ given, other }) => {
        const [one, two] = [given, other].map((told) => listed(diagnose(knowledge, told)));
        expect(differences(one, two)).toEqual([]);
        expect(JSON.stringify(one)).toBe(JSON.stringify(two));
      },
      150,
    );
  });

  it('and where and in which language it runs changes no byte', () => {
    const cli = join(import.meta.dirname, '../../dist/cli.cjs');
    const args = ['--json', '--lr', '3e-4', '--dtype', 'fp16', '--optimizer', 'adam', '--loss-trend', 'sudden'];
    const runs = [
      { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' },
      { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
      { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8', LC_ALL: 'ar_EG.UTF-8' },
    ].map((env) => {
      try {
        return execFileSync(process.execPath, [cli, ...args], { env: { ...env, CI: '1' }, encoding: 'utf8' });
      } catch (error) {
        // Status 1: it ran, and nothing stands out.
        return (error as { stdout: string }).stdout;
      }
    });
    expect(JSON.parse(runs[0] as string).schema).toBe('whynan/report@1');
    expect(new Set(runs).size).toBe(1);
  });
});

describe('an answer "unsure"', () => {
  it('changes nothing but what is asked next and what is left unchecked, and is not asked again', () => {
    check(withOne(10), ({ one, others }) => {
      const before = diagnose(knowledge, others, { keepAsking: true });
      const after = diagnose(knowledge, [...others, { symptom: one.symptom, answer: UNSURE }], { keepAsking: true });
      const rest = ({ next: _, unchecked: __, ...report }: Report) => JSON.stringify(report);
      expect(rest(after)).toBe(rest(before));
      expect(after.next?.symptom).not.toBe(one.symptom);
      expect(after.unchecked.filter(isSame(one))).toEqual([
        { symptom: one.symptom, why: 'The answer was "not sure".' },
      ]);
      // With nothing known the opening question comes first; that is the only other question it can change.
      if (others.length > 0 && before.next?.symptom !== one.symptom) expect(after.next).toEqual(before.next);
    });
  });
});

describe('an odd answer', () => {
  /*
   * With probability `doubt` an answer is wrong and says nothing, so it multiplies odds with at least doubt ^ trust:
   * 1/8 for what is known before the run, 1/16 for what was seen in it, 1/100 for a test made on purpose. That limit is
   * the promise. The words come close to it for checks only: a trace that names the learning rate divides the odds of
   * a hidden `where` branch by 71. A combination that the answer completes weighs beside it, and that people tell of
   * the symptom at all is not about the answer: both are left out here.
   */
  const floor = (symptom: string) => scale.doubt.likely ** scale.trust[symptomOf(symptom).kind];
  const isCombined = (id: string, symptom: string) =>
    causeOf(id).together.some(({ given }) => Object.hasOwn(given, symptom));

  it('weighs a hundredth at worst, a sixteenth where no test was made on purpose', () => {
    const floors = Object.keys(knowledge.symptoms).map((id) => ({ kind: symptomOf(id).kind, least: floor(id) }));
    for (const { kind, least } of floors) expect(least).toBeGreaterThan(kind === 'check' ? 1 / 101 : 1 / 17);
  });

  it('that does not exclude a cause never divides its odds by more than the doubt in answers allows', () => {
    for (const { symptom, answer } of everyAnswer(knowledge)) {
      const before = believe(knowledge, []).logOdds;
      const after = believe(knowledge, [{ symptom, answer, source: 'train.log:1' }]).logOdds;
      model.causes.forEach((id, index) => {
        if (causeOf(id)['excluded-by'][symptom]?.answers.includes(answer)) return;
        const factor = Math.exp((after[index] as number) - (before[index] as number));
        expect(factor, `${id} ${symptom} ${answer}`).toBeGreaterThanOrEqual(floor(symptom));
      });
    }
  });

  it('nor does it after any other facts', () => {
    check(
      withOne(10, 'train.log:1'),
      ({ one, others }) => {
        const likely: Fact = { ...one, confidence: 'likely' };
        const before = believe(knowledge, others).logOdds;
        const after = believe(knowledge, [...others, likely]).logOdds;
        model.causes.forEach((id, index) => {
          if (causeOf(id)['excluded-by'][one.symptom]?.answers.includes(one.answer) || isCombined(id, one.symptom))
            return;
          expect(Math.exp((after[index] as number) - (before[index] as number)), id).toBeGreaterThan(
            floor(one.symptom) * (1 - 1e-9),
          );
        });
      },
      150,
    );
  });
});

describe('a cause that is ruled out', () => {
  it('is so by a fact that excludes it by definition, and no cause without such a fact is', () => {
    check(diagnosed(14), ({ given, report }) => {
      const expected = model.causes.filter((id) =>
        given.some(({ symptom, answer }) => causeOf(id)['excluded-by'][symptom]?.answers.includes(answer)),
      );
      expect(report.ruledOut.map(({ cause }) => cause).toSorted()).toEqual(expected);
      expect(report.causes.flatMap(({ id, ruledOut }) => (ruledOut ? [id] : [])).toSorted()).toEqual(expected);
      for (const { cause, symptom, answer, because } of report.ruledOut) {
        expect(given).toContainEqual(expect.objectContaining({ symptom, answer }));
        expect(because).toBe(causeOf(cause)['excluded-by'][symptom]?.because);
      }
    });
  });
});

describe('a second telling of one thing', () => {
  const pairs = scale.groups.flatMap(({ symptoms }) =>
    everyAnswer(knowledge)
      .filter(({ symptom }) => symptoms.includes(symptom))
      .flatMap((one, index, all) => all.slice(index + 1).map((two) => [one, two] as const)),
  );

  it('in the same direction adds less than it would say alone, and takes nothing away', () => {
    const source = 'train.log:1';
    const from = believe(knowledge, []).logOdds;
    const shift = (...given: { symptom: string; answer: string }[]) =>
      believe(
        knowledge,
        given.map((fact) => ({ ...fact, source })),
      ).logOdds.map((odds, index) => odds - (from[index] as number));
    let seen = 0;
    for (const [one, two] of pairs.filter(([a, b]) => a.symptom !== b.symptom)) {
      const [first, second, both] = [shift(one), shift(two), shift(one, two)];
      model.causes.forEach((id, index) => {
        const a = first[index] as number;
        const b = second[index] as number;
        const isRuledOut = [one, two].some(({ symptom, answer }) =>
          causeOf(id)['excluded-by'][symptom]?.answers.includes(answer),
        );
        if (isRuledOut || Math.sign(a) * Math.sign(b) <= 0 || Math.min(Math.abs(a), Math.abs(b)) < 1e-3) return;
        const together = Math.abs(both[index] as number);
        const what = `${id}: ${one.symptom} ${one.answer}, ${two.symptom} ${two.answer}`;
        expect(together, what).toBeLessThan(Math.abs(a) + Math.abs(b));
        expect(together, what).toBeGreaterThan(Math.max(Math.abs(a), Math.abs(b)));
        seen++;
      });
    }
    expect(seen).toBeGreaterThan(1000);
  });
});

describe('the next question', () => {
  const holds = (condition: Readonly<Record<string, readonly string[]>>, given: readonly Fact[]) =>
    given.some(({ symptom, answer }) => condition[symptom]?.includes(answer));
  const makesSense = (symptom: string, given: readonly Fact[]) => {
    const { 'ask-unless': unless, 'ask-when': when } = symptomOf(symptom);
    return !holds(unless, given) && (Object.keys(when).length === 0 || holds(when, given));
  };
  const isUnknown = (symptom: string, given: readonly Fact[], unsure: readonly string[]) =>
    !given.some((fact) => fact.symptom === symptom) && !unsure.includes(symptom);
  const interviews = facts(knowledge, 40).chain((told) =>
    fc.integer({ min: 0, max: told.length }).map((from) => {
      const given = told.slice(0, from);
      const unsure = told.slice(from).map(({ symptom }) => symptom);
      const findings = [...given, ...unsure.map((symptom) => ({ symptom, answer: UNSURE }))];
      return {
        given,
        unsure,
        report: diagnose(knowledge, findings),
        more: diagnose(knowledge, findings, { keepAsking: true }),
      };
    }),
  );

  it('is never one that is answered, that nobody could answer before, or that makes no sense for this run', () => {
    check(
      interviews,
      ({ given, unsure, more }) => {
        for (const { symptom } of [...(more.next ? [more.next] : []), ...more.unchecked.slice(unsure.length)]) {
          expect(isUnknown(symptom, given, unsure), symptom).toBe(true);
          expect(makesSense(symptom, given), symptom).toBe(true);
        }
      },
      100,
    );
  });

  it('is there unless a cause is probable enough or no question that makes sense gains enough', () => {
    check(interviews, ({ given, unsure, report, more }) => {
      const isSettled = report.causes.some(({ probability }) => probability >= scale.stop.probability);
      if (isSettled) expect(report.next).toBeNull();
      else expect(report.next).toEqual(more.next);
      if (more.next !== null) return;
      // What an answer would add as part of a combination the engine does not foresee.
      const combined = new Set(
        Object.values(knowledge.causes).flatMap(({ together }) =>
          together.flatMap(({ given: parts }) => Object.keys(parts)),
        ),
      );
      for (const symptom of Object.keys(knowledge.symptoms))
        if (isUnknown(symptom, given, unsure) && makesSense(symptom, given) && !combined.has(symptom))
          expect(gainOf(knowledge, given, symptom), symptom).toBeLessThan(scale.stop.gain + 0.005);
    });
  });

  it('is null for a run that leaves no doubt, and is not while much is open', () => {
    const sure = diagnose(knowledge, [
      { symptom: 'framework', answer: 'caffe' },
      { symptom: 'lr-value', answer: 'non-finite' },
      { symptom: 'first-bad-tensor', answer: 'learning-rate' },
    ]);
    expect([sure.verdict, sure.next]).toEqual(['diagnosed', null]);
    expect(diagnose(knowledge, [{ symptom: 'dtype', answer: 'float32' }]).next).not.toBeNull();
  });

  it('opens with what everybody with a log can answer', () => {
    expect(diagnose(knowledge, []).next?.symptom).toBe(scale.opening);
  });
});

describe('the factor of a reason', () => {
  it('is what taking the fact away changes', () => {
    const odds = (report: Report, id: string) => Math.log(probabilityOf(report, id) / report.other);
    check(
      diagnosed(8),
      ({ given, report }) => {
        for (const fact of given) {
          const without = diagnose(
            knowledge,
            given.filter((one) => !isSame(fact)(one)),
          );
          for (const cause of report.causes) {
            const reason = [...cause.for, ...cause.against].find(isSame(fact));
            const factor = Math.exp(odds(report, cause.id) - odds(without, cause.id));
            if (reason) expect(reason.factor / factor, `${cause.id} ${fact.symptom}`).toBeCloseTo(1, 1.9);
            // A fact without a reason moved the cause by less than a tenth.
            else expect(Math.abs(Math.log(factor)), `${cause.id} ${fact.symptom}`).toBeLessThan(Math.log(1.11));
          }
        }
      },
      40,
    );
  });

  it('is above 1 where it speaks for a cause and below where it speaks against it, the strongest first', () => {
    check(
      diagnosed(10),
      ({ report }) => {
        for (const { id, for: pro, against } of report.causes) {
          expect(pro.every(({ factor }) => factor > 1) && against.every(({ factor }) => factor < 1), id).toBe(true);
          expect(pro.map(({ factor }) => factor)).toEqual(pro.map(({ factor }) => factor).toSorted((a, b) => b - a));
          expect(against.map(({ factor }) => factor)).toEqual(
            against.map(({ factor }) => factor).toSorted((a, b) => a - b),
          );
        }
      },
      40,
    );
  });
});

describe('the checklist', () => {
  /** How likely a step is to end the search, as the scale counts it, for its effort. */
  const worth = (report: Report, step: Report['checklist'][number]): number => {
    const chance = step.for.reduce((sum, id) => {
      const p = probabilityOf(report, id);
      if (step.kind === 'confirm') return sum + p * scale.remedy.confirm;
      const kinds = causeOf(id).remedies.map(({ use, note }) => {
        const { name, kind } = knowledge.remedies[use] as Remedy;
        return { kind, texts: [name, `${name}. ${note}`] };
      });
      const place = kinds.findIndex(({ texts }) => texts.includes(step.do) || texts[0] === step.do.split('. ')[0]);
      return sum + p * scale.remedy[step.kind as Remedy['kind']] * scale.remedy['next-in-line'] ** place;
    }, 0);
    return chance / scale.effort[step.effort].cost;
  };

  it('begins with the step that most likely ends the search for its effort', () => {
    check(diagnosed(10), ({ report }) => {
      expect(report.checklist.length).toBeGreaterThan(0);
      expect(report.checklist.map(({ step }) => step)).toEqual(report.checklist.map((_, index) => index + 1));
      const worths = report.checklist.map((step) => worth(report, step));
      worths.slice(1).forEach((value, index) => {
        expect(value, `step ${index + 2}`).toBeLessThanOrEqual((worths[index] as number) + 1e-9);
      });
    });
  });

  it('holds the test that confirms the first cause, and its first remedy once it is diagnosed', () => {
    check(
      diagnosed(14),
      ({ report }) => {
        const [first] = report.causes;
        const own = report.checklist.filter((step) => step.for.includes(first?.id ?? ''));
        expect(own.map(({ kind }) => kind)).toContain('confirm');
        // While much is open, a remedy that takes long and may not help leaves its place to other causes.
        if (report.verdict === 'diagnosed')
          expect(own.map(({ do: text }) => text).join('\n')).toContain(first?.remedies[0]?.do);
      },
      200,
    );
  });
});
