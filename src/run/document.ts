import type { Confidence, Finding } from '../evidence.ts';
import { printable } from '../untrusted.ts';
import type { Collector } from './collect.ts';
import { type JsonPath, type JsonScalar, JsonWalker } from './json.ts';
import { recordOf } from './json-line.ts';
import { seriesKind } from './names.ts';
import { isFiniteValue, parseNumber } from './number.ts';
import { type LineFormat, record } from './record.ts';
import { PADDING } from './template.ts';
import type { TextReader } from './text.ts';

function documentFormat(id: string, tool: string, more: Partial<LineFormat> = {}): LineFormat {
  return { id, tool, firstEpoch: 0, find: [], read: () => null, samples: [], ...more };
}

const STATE = documentFormat('hf-state', 'Hugging Face trainer state', {
  framework: 'pytorch',
  averages: 'the steps since the last record',
});
const HISTORY = documentFormat('history', 'a history of metrics', { firstEpoch: 1 });
const RECORDS = documentFormat('json', 'JSON records');
const SUMMARY = documentFormat('summary', 'W&B summary');

/** Reads one JSON document of any kind as it streams by. */
export class DocumentReader {
  readonly findings: Finding[] = [];
  kind = 'JSON';
  isNotebook = false;
  private readonly collector: Collector;
  private readonly text: () => TextReader;
  private readonly walker: JsonWalker;
  private readonly encoder = new TextEncoder();
  private readonly top = new Map<string, { value: JsonScalar; line: number }>();
  /** The object being gathered: where it is, and its fields. */
  private place = '';
  private fields = new Map<string, JsonScalar>();
  private line = 0;
  private badLine = 0;
  private isState = false;
  private claim: {
    symptom?: string;
    answer?: string;
    detail?: string;
    source?: string;
    confidence?: string;
    line: number;
  } | null = null;
  private claimPlace = '';
  private probeStep: JsonScalar = null;

  constructor(collector: Collector, text: () => TextReader) {
    this.collector = collector;
    this.text = text;
    this.walker = new JsonWalker({ value: (path, value, line) => this.value(path, value, line) });
  }

  get lines(): number {
    return this.walker.line;
  }

  get isTooDeep(): boolean {
    return this.walker.isTooDeep;
  }

  push(bytes: Uint8Array): void {
    this.walker.push(bytes);
  }

  finish(): void {
    this.walker.finish();
    this.flushRecord();
    this.flushClaim();
    const has = (name: string) => this.top.has(name);
    if (has('_step') && (has('_runtime') || has('_timestamp'))) {
      this.kind = 'W&B summary';
      const fields = new Map([...this.top].map(([name, { value }]) => [name, value] as const));
      const made = recordOf(fields);
      if (made !== null) {
        const bad = [...this.top].find(([, { value }]) => typeof value === 'number' && !isFiniteValue(value));
        this.collector.accept(made, SUMMARY, bad?.[1].line ?? 1);
      }
    } else if (this.isState) this.kind = 'Hugging Face trainer state';
    else if (has('schema') && String(this.top.get('schema')?.value).startsWith('whynan/report@'))
      this.kind = 'whynan report';
    else if (has('whynan')) this.kind = 'probe record';
    else if (
      [...this.top.keys()].some(
        (name) =>
          name.startsWith('zero_optimization') || name.startsWith('fp16.') || name === 'train_micro_batch_size_per_gpu',
      )
    )
      this.kind = 'DeepSpeed configuration';
    else if (this.isNotebook) this.kind = 'notebook';
    else if (this.collector.formats.has('history')) this.kind = 'history of metrics';
    else if (this.collector.formats.has('json')) this.kind = 'JSON records';
    else if (this.top.size > 0) this.kind = 'JSON configuration';
    if (this.kind !== 'whynan report' && this.kind !== 'probe record')
      for (const [name, { value, line }] of this.top) this.collector.setting(name, String(value), line);
  }

  private value(path: JsonPath, value: JsonScalar, line: number): void {
    const depth = path.length;
    const first = path[0];
    if ((first === 'cells' || first === 'worksheets') && depth >= 4) {
      this.isNotebook = true;
      if (
        typeof value === 'string' &&
        path.includes('outputs') &&
        (path.includes('text') || path.includes('text/plain') || path.includes('traceback'))
      )
        this.outputText(value, line);
      return;
    }
    if ((first === 'evidence' || first === 'findings') && depth === 3) {
      this.claimField(path, value, line);
      return;
    }
    const last = path[depth - 1];
    if (typeof last === 'number') {
      // `{"loss": [..]}`: one series a key. Longer paths are lists inside settings.
      const number = typeof value === 'number' ? value : typeof value === 'string' ? parseNumber(value) : undefined;
      const key = path[depth - 2];
      if (number !== undefined && typeof key === 'string' && depth <= 4 && seriesKind(key) !== 'ignored') {
        this.flushRecord();
        this.collector.accept(record({ epoch: last + 1, names: [key], values: [number] }), HISTORY, line);
      }
      return;
    }
    const index = path.findLastIndex((part) => typeof part === 'number');
    if (index >= 0 && typeof last === 'string') {
      const place = path.slice(0, index + 1).join('/');
      if (place !== this.place) {
        this.flushRecord();
        this.place = place;
        this.line = line;
      }
      if (first === 'log_history') this.isState = true;
      if (this.fields.size < 256) this.fields.set(path.slice(index + 1).join('/'), value);
      if (this.badLine === 0 && typeof value === 'number' && !isFiniteValue(value)) this.badLine = line;
      return;
    }
    if (depth >= 1 && this.top.size < 2000) {
      const name = path.join('.');
      if (name === 'step') this.probeStep = value;
      if (!this.top.has(name)) this.top.set(name, { value, line });
    }
  }

  private flushRecord(): void {
    if (this.fields.size === 0) return;
    const made = recordOf(this.fields);
    const names = made?.names.filter((name) => !/^(?:best_|total_)/.test(name));
    if (
      made !== null &&
      names !== undefined &&
      made.names.some((name) => !['ignored', 'metric', 'unknown'].includes(seriesKind(name)))
    ) {
      const isSummary = made.names.includes('train_runtime');
      if (!isSummary)
        this.collector.accept(
          made,
          this.place.startsWith('log_history') ? STATE : RECORDS,
          this.badLine === 0 ? this.line : this.badLine,
        );
    }
    this.fields = new Map();
    this.place = '';
    this.badLine = 0;
  }

  private claimField(path: JsonPath, value: JsonScalar, line: number): void {
    const place = `${path[0]}/${path[1]}/${this.walker.documents}`;
    if (place !== this.claimPlace) {
      this.flushClaim();
      this.claimPlace = place;
      this.claim = { line };
    }
    const key = path[2];
    if (
      this.claim !== null &&
      (key === 'symptom' || key === 'answer' || key === 'detail' || key === 'source' || key === 'confidence')
    )
      this.claim[key] = String(value);
  }

  private flushClaim(): void {
    const { claim } = this;
    this.claim = null;
    this.claimPlace = '';
    if (claim?.symptom === undefined || claim.answer === undefined || this.findings.length >= 500) return;
    if (!/^[a-z][a-z0-9-]{0,40}$/.test(claim.symptom) || !/^[\w.+-]{1,40}$/.test(claim.answer)) return;
    const said = [
      claim.detail,
      claim.source === undefined ? undefined : `from ${claim.source}`,
      this.probeStep === null ? undefined : `step ${this.probeStep}`,
    ]
      .filter((part) => part !== undefined)
      .join('; ');
    const confidence: Confidence =
      claim.confidence === 'weak' || claim.confidence === 'likely' ? claim.confidence : 'certain';
    this.findings.push({
      symptom: claim.symptom,
      answer: claim.answer,
      source: `${this.collector.path}:${claim.line}`,
      detail: printable(said, 160),
      confidence,
    });
  }

  private outputText(text: string, line: number): void {
    const reader = this.text();
    const bytes = this.encoder.encode(text.endsWith('\n') ? text : `${text}\n`);
    const padded = new Uint8Array(bytes.length + PADDING * 2);
    padded.set(bytes);
    // Provenance is the line of the notebook file, not of the output.
    reader.line = line;
    reader.consume(padded, new DataView(padded.buffer), 0, bytes.length);
  }
}
