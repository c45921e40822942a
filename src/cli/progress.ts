/**
 * @file Displays progress events: one updating line on a terminal, occasional lines in a log, or every event as a line
 * of JSON for programs.
 */
import { bytesText } from '../amounts.ts';
import { duration } from '../duration.ts';
import type { OnEvent, OnPreview, ProgressEvent, Stage } from '../events.ts';
import { wordFor, wordParts } from '../phrases.ts';
import { commandVocabulary } from './vocabulary.ts';

/** Output of a reporter. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Environment of a reporter; default the process's own. */
export interface ReporterEnvironment {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Environment variables; `NO_COLOR` and `TERM=dumb` disable colours. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Displays events. */
export interface Reporter {
  readonly onEvent: OnEvent;
  /** Prints previews as lines of JSON; absent unless they are asked for. */
  readonly onPreview?: OnPreview;
  /** Removes an unfinished progress line. Must be called when the work ends, however it ends. */
  end(): void;
}

/**
 * Creates a reporter. With `json`, every event is a line of JSON on standard output, and with `previews` so is every
 * preview; otherwise text is written to standard error, so that standard output stays free.
 */
export function reporter(
  { json, previews = false }: { readonly json: boolean; readonly previews?: boolean },
  environment = processEnvironment(),
): Reporter {
  if (json) {
    let ended = false;
    const write = (line: object) => environment.stdout.write(`${JSON.stringify(line)}\n`);
    return {
      onEvent: (event) => write(inWords(event)),
      ...(previews && { onPreview: previewWriter((line) => !ended && write(line)) }),
      end: () => {
        ended = true;
      },
    };
  }
  const { stderr } = environment;
  return stderr.isTTY && environment.variables.TERM !== 'dumb'
    ? terminalReporter(environment)
    : logReporter(environment);
}

/** An event for programs, with notices in the command's vocabulary. */
function inWords(event: ProgressEvent): object {
  return event.type === 'notice' ? { type: 'notice', ...wordParts(event, commandVocabulary) } : event;
}

/** Writes previews, each as one PNG of its frames below one another; none while the one before is being encoded. */
function previewWriter(write: (line: object) => unknown): OnPreview {
  let encoding = false;
  return ({ frames, ...step }) => {
    if (encoding) return;
    encoding = true;
    const { width, height } = frames[0]!;
    const sheet = {
      width,
      height: frames.length * height,
      data: Uint8Array.from(frames.flatMap(({ data }) => [...data])),
    };
    const facts = { type: 'preview', ...step, frames: frames.length, width, height };
    import('../media/picture-file.ts')
      .then(({ encodePng }) => encodePng(sheet))
      .then((png) => write({ ...facts, png: Buffer.from(png).toString('base64') }))
      .catch(() => {}) // A preview that cannot be encoded is no reason to stop.
      .finally(() => {
        encoding = false;
      });
  };
}

function processEnvironment(): ReporterEnvironment {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    variables: process.env,
    now: () => performance.now(),
  };
}

/** Shortest interval between redraws in milliseconds; more often would only flicker. */
const REDRAW_EVERY = 80;

function terminalReporter({ stderr, variables, now }: ReporterEnvironment): Reporter {
  const colours = !variables.NO_COLOR;
  const describe = describer(now);
  let drawn = Number.NEGATIVE_INFINITY;
  let open = false;
  const clear = () => {
    if (open) stderr.write('\r\x1b[K');
    open = false;
  };
  return {
    onEvent: (event) => {
      const line = describe(event);
      if (!line.running) {
        clear();
        stderr.write(`${colour(line.text, line.notice && colours)}\n`);
        return;
      }
      if (!line.edge && now() - drawn < REDRAW_EVERY) return;
      drawn = now();
      // Some terminals report zero columns.
      const width = (stderr.columns || 80) - 1;
      const bar = progressBar(line.share, Math.min(24, width - line.text.length - 1));
      stderr.write(`\r\x1b[K${`${bar}${line.text}`.slice(0, Math.max(10, width))}`);
      open = true;
      if (line.last && line.passing) {
        clear();
      } else if (line.last) {
        stderr.write('\n');
        open = false;
      }
    },
    end: clear,
  };
}

/** Interval between lines of a log in milliseconds. */
const LOG_EVERY = 10_000;

function logReporter({ stderr, now }: ReporterEnvironment): Reporter {
  const describe = describer(now);
  let written = Number.NEGATIVE_INFINITY;
  return {
    onEvent: (event) => {
      const line = describe(event);
      if (line.passing || (line.running && !line.last && now() - written < LOG_EVERY)) return;
      if (line.running) written = now();
      stderr.write(`${line.text}\n`);
    },
    end: () => {},
  };
}

interface Line {
  readonly text: string;
  /** Whether a later event replaces this line. */
  readonly running: boolean;
  /** Fraction done, 0 to 1. */
  readonly share: number;
  /** The beginning or end of a stage, shown immediately. */
  readonly edge: boolean;
  readonly last: boolean;
  /** Of no interest once it is over. */
  readonly passing: boolean;
  readonly notice: boolean;
}

/** Formats events as lines; keeps state for the smoothed loss and the remaining time. */
function describer(now: () => number): (event: ProgressEvent) => Line {
  let stage: { name: string; began: number } | undefined;
  let loss = { sum: 0, weight: 0 };
  let heldOut: number | undefined;
  const still = (text: string, notice = false): Line => ({
    text,
    running: false,
    share: 0,
    edge: true,
    last: true,
    passing: false,
    notice,
  });
  return (event) => {
    switch (event.type) {
      case 'progress': {
        const { done, total } = event;
        if (stage?.name !== event.stage || done === 0) stage = { name: event.stage, began: now() };
        const seconds = (now() - stage.began) / 1000;
        const each = done > 0 ? seconds / done : undefined;
        const last = done >= total;
        const time =
          each === undefined || total === 1
            ? last && seconds >= 1
              ? `  ${duration(seconds)}`
              : ''
            : last
              ? `  ${pace(each, event.stage)}${seconds >= 1 ? `  ${duration(seconds)}` : ''}`
              : `  ${pace(each, event.stage)}  ${duration(each * (total - done))} left`;
        const count = total > 1 ? ` ${done}/${total}` : '';
        const which = event.picture ? `picture ${event.picture.number} of ${event.picture.of}: ` : '';
        return {
          text: `${which}${event.stage}${count}${time}${memory(event)}`,
          running: true,
          share: total > 0 ? done / total : 1,
          edge: done === 0 || last,
          last,
          passing: event.stage === 'compiling' || event.stage === 'writing',
          notice: false,
        };
      }
      case 'step': {
        const { step, steps } = event;
        loss = { sum: 0.95 * loss.sum + event.loss, weight: 0.95 * loss.weight + 1 };
        heldOut = event.heldOutLoss ?? heldOut;
        const onOthers = heldOut === undefined ? '' : ` (held out ${heldOut.toFixed(4)})`;
        const left = step < steps ? `  ${duration(event.secondsLeft)} left` : '';
        return {
          text: `training ${step}/${steps}  loss ${(loss.sum / loss.weight).toFixed(4)}${onOthers}  ${pace(event.seconds, 'training')}${left}${memory(event)}`,
          running: true,
          share: step / steps,
          edge: step === steps,
          last: step >= steps,
          passing: false,
          notice: false,
        };
      }
      case 'sample':
        return still(`sample at step ${event.step}: ${event.path}`);
      case 'checkpoint':
        return still(`saved step ${event.step}: ${event.path}`);
      case 'written':
        return still(`written: ${event.path}`);
      case 'queued':
        return still(`waiting: ${event.place} before it`);
      case 'notice':
        return still(`note: ${wordFor(event, commandVocabulary)}`, true);
    }
  };
}

/** The memory in use, where the event says it. */
function memory({ residentBytes }: { readonly residentBytes?: number }): string {
  return residentBytes === undefined ? '' : `  ${bytesText(residentBytes)}`;
}

function progressBar(share: number, cells: number): string {
  if (cells < 8) return '';
  const full = Math.round(Math.min(1, Math.max(0, share)) * (cells - 3));
  return `[${'#'.repeat(full)}${'.'.repeat(cells - 3 - full)}] `;
}

function colour(text: string, wanted: boolean): string {
  return wanted ? `\x1b[33m${text}\x1b[39m` : text;
}

/** The unit that a stage counts. */
const units: Readonly<Partial<Record<Stage, string>>> = {
  decoding: 'frame',
  'drawing scenes': 'picture',
  'encoding clips': 'frame',
  downloading: 'MB',
  'examining clips': 'clip',
  cutting: 'clip',
};

function pace(seconds: number, stage: Stage): string {
  const digits = seconds >= 100 ? 0 : seconds >= 10 ? 1 : 2;
  return `${seconds.toFixed(digits)} s/${units[stage] ?? 'step'}`;
}
