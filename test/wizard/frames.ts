/** Frames of the wizard without a terminal: a model after some keys, drawn at a size. */
import { renderToString } from 'ink';
import { createElement } from 'react';
import { fold } from '../../flows/fold.ts';
import { standings } from '../../flows/trail.ts';
import { troubleshoot } from '../../flows/troubleshoot.ts';
import type { Finding } from '../../src/evidence.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { App } from '../../src/wizard/app.tsx';
import type { Key } from '../../src/wizard/keys.ts';
import { FRESH, type Model, type Size } from '../../src/wizard/model.ts';
import { themeOf } from '../../src/wizard/theme.ts';
import { startingView, update } from '../../src/wizard/update.ts';

export function opened(knowledge: Knowledge, findings: readonly Finding[], size: Size): Model {
  const machine = troubleshoot(knowledge);
  const desk = { knowledge, machine, standing: standings(knowledge), run: null, plot: () => [], remarks: [] };
  const model: Model = {
    desk,
    size,
    snapshot: fold(machine, findings, 'begin'),
    view: FRESH,
    saving: null,
    notice: null,
    dialog: null,
  };
  return { ...model, view: startingView(model) };
}

const NAMED = ['up', 'down', 'enter', 'escape', 'backspace', 'tab', 'page-down', 'end'] as const;

/** The model after keys: names of keys, or single characters. */
export function pressed(model: Model, ...keys: string[]): Model {
  return keys.reduce((at, name) => {
    const named = NAMED.find((key) => key === name);
    const key: Key = named === undefined ? { name: 'character', character: name } : { name: named, character: '' };
    return update(at, { type: 'key', key }).model;
  }, model);
}

export const at = (model: Model, columns: number, rows: number): Model => ({ ...model, size: { columns, rows } });

export function frame(model: Model, unicode = true): string[] {
  const app = createElement(App, {
    model,
    theme: themeOf(unicode, false),
    screenReader: false,
    onKey: () => {},
    onGone: () => {},
  });
  return renderToString(app, { columns: model.size.columns }).split('\n');
}
