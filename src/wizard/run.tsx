/** Runs the interview on a terminal: one loop from key to chart to frame, one way out. */
import { type Instance, render } from 'ink';
import { fold } from '../../flows/fold.ts';
import { standings } from '../../flows/trail.ts';
import { troubleshoot } from '../../flows/troubleshoot.ts';
import type { RunSummary } from '../diagnosis.ts';
import type { Finding } from '../evidence.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Prose } from '../report/document.ts';
import { reportDocument } from '../report/report.ts';
import { toTerminal } from '../report/terminal.ts';
import { commandLine, saveSession } from '../session.ts';
import { isReadAloud, showsUnicode, type Terminal } from '../terminal.ts';
import { App } from './app.tsx';
import { type Model, reportOf, type Size, standingOf } from './model.ts';
import { wrapCommand } from './page.ts';
import { createPainter } from './painter.ts';
import { SPOKEN, type Theme, themeOf } from './theme.ts';
import { type Effect, type Input, startingView, update } from './update.ts';

/** What was read from the files of a run. */
export interface Read {
  readonly run: RunSummary;
  readonly remarks: readonly Prose[];
  readonly plot: (options: { readonly width: number; readonly unicode: boolean }) => readonly string[];
}

/** The outside, as the interview needs it. */
export type Surroundings = Pick<Terminal, 'env' | 'streams' | 'note'>;

export interface InterviewInput {
  readonly knowledge: Knowledge;
  /** What flags, files and a resumed session say. */
  readonly findings: readonly Finding[];
  readonly read: Read | null;
  /** Where the session is saved after every answer; null where it is not. */
  readonly save: string | null;
  readonly terminal: Surroundings;
  readonly color: boolean;
  /**
   * Writes a file whole or not at all.
   * @throws where it cannot be written, or exists and `replace` is false; the message says so
   */
  readonly write: (path: string, text: string, replace: boolean) => void;
}

/**
 * Interviews the person at the terminal and leaves the report in the scrollback. The exit status is 0 where a cause
 * stands out, 1 where none does, 130 after Ctrl-C.
 * @throws what went wrong inside, once the terminal is restored and the answers so far are told
 */
export async function interview(input: InterviewInput): Promise<number> {
  const { knowledge, terminal, color } = input;
  const { env } = terminal;
  const { stdin, stdout } = terminal.streams();
  const screenReader = isReadAloud(env);
  const theme = screenReader ? SPOKEN : themeOf(showsUnicode(env), color);
  let model = open(input, { columns: stdout.columns || 80, rows: stdout.rows || 24 }, theme.unicode);
  const painter = createPainter({ write: (text) => stdout.write(text), color: theme.color, screenReader });

  let instance: Instance | undefined;
  let ended: { readonly interrupted: boolean } | null = null;
  let broken: unknown;

  const act = (effect: Effect): void => {
    switch (effect.do) {
      case 'exit':
        ended = { interrupted: effect.interrupted };
        return;
      case 'copy':
        stdout.write(`\u001B]52;c;${Buffer.from(effect.text).toString('base64')}\u0007`);
        return;
      case 'write': {
        const { writes, path } = effect;
        try {
          input.write(path, effect.text, effect.replace);
          step({ type: 'written', writes, path });
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          step({ type: 'failed', writes, path, problem, exists: !effect.replace && /exists already/.test(problem) });
        }
      }
    }
  };
  const step = (happened: Input): void => {
    const after = update(model, happened);
    model = after.model;
    for (const effect of after.effects) act(effect);
  };
  const leave = (): void => {
    painter.close();
    instance?.unmount();
  };
  const guarded = (work: () => void): void => {
    if (ended !== null || broken !== undefined) return;
    try {
      work();
      if (ended === null) show();
      else leave();
    } catch (error) {
      broken = error ?? new Error('failed');
      leave();
    }
  };
  const onKey = (key: Parameters<typeof App>[0]['onKey'] extends (key: infer K) => void ? K : never) =>
    guarded(() => step({ type: 'key', key }));
  const app = () => (
    <App model={model} theme={theme} screenReader={screenReader} onKey={onKey} onGone={painter.close} />
  );
  const show = (): void => instance?.rerender(app());

  const onResize = (): void =>
    guarded(() => {
      painter.clear();
      step({ type: 'resize', size: { columns: stdout.columns || 80, rows: stdout.rows || 24 } });
      show();
      painter.refresh();
    });
  stdout.on('resize', onResize);
  try {
    if (input.save !== null)
      act({
        do: 'write',
        writes: 'session',
        path: input.save,
        text: saveSession(knowledge, standingOf(model).findings),
        replace: true,
      });
    // Before the first frame: a key pressed at once would be echoed into it.
    stdin.setRawMode(true);
    instance = render(app(), {
      stdin,
      stdout: frameSink(stdout, (frame) => painter.paint(frame)),
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
      isScreenReaderEnabled: screenReader,
    });
    await instance.waitUntilExit();
  } catch (error) {
    broken ??= error;
  } finally {
    stdout.off('resize', onResize);
    painter.close();
    stdin.setRawMode(false);
    stdin.pause();
  }
  const command = commandLine(knowledge, standingOf(model).findings);
  if (broken !== undefined) {
    terminal.note(`The answers so far: ${command}\n`);
    throw broken;
  }
  if (ended === null || (ended as { interrupted: boolean }).interrupted) {
    terminal.note(standingOf(model).findings.length > 0 ? `Interrupted. To go on: ${command}\n` : 'Interrupted.\n');
    return 130;
  }
  stdout.write(farewell(model, stdout.columns || 80, theme));
  return reportOf(model).verdict === 'diagnosed' ? 0 : 1;
}

function open({ knowledge, findings, read, save }: InterviewInput, size: Size, unicode: boolean): Model {
  const machine = troubleshoot(knowledge);
  const desk = {
    knowledge,
    machine,
    standing: standings(knowledge),
    run: read?.run ?? null,
    plot: (width: number) => read?.plot({ width, unicode }) ?? [],
    remarks: read?.remarks ?? [],
  };
  const snapshot = fold(machine, findings, 'begin');
  const model = { desk, size, snapshot, saving: save, notice: null, dialog: null };
  return { ...model, view: startingView(model as Model) } as Model;
}

/** What stays in the scrollback: the report and how to come back to it. */
function farewell(model: Model, width: number, theme: Theme): string {
  const { findings } = standingOf(model);
  const { knowledge, plot, remarks } = model.desk;
  if (findings.length === 0 && model.desk.run === null)
    return 'Nothing was answered. `whynan` starts again; `whynan train.log` reads a run.\n';
  const document = reportDocument(reportOf(model), knowledge, { top: 3, plot: plot(width), remarks });
  const again =
    findings.length === 0 ? '' : `\n${wrapCommand(commandLine(knowledge, findings), width - 1).join('\n')}\n`;
  return `${toTerminal(document, { ...theme, width })}${again}`;
}

/** The stream that Ink writes whole frames to: it has the size of the terminal and hands every frame on. */
function frameSink(stdout: NodeJS.WriteStream, paint: (frame: string) => void): NodeJS.WriteStream {
  const sink = {
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    isTTY: false,
    write: (frame: string) => {
      if (frame !== '') paint(frame);
      return true;
    },
    on: () => sink,
    off: () => sink,
  };
  return sink as unknown as NodeJS.WriteStream;
}
