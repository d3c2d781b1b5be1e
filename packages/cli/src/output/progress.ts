import { createRequire } from 'node:module';
import { printable } from '@hm/tensor/host';
import type { SingleBar } from 'cli-progress';
import { print, tell } from './print.ts';

/** Shows progress on stderr. */
export interface Progress {
  /** Shows `done` of `total`, with a note such as the loss. The time left is estimated unless it is given. */
  update(done: number, total: number, note?: string, secondsLeft?: number): void;
  /** Prints a line to stderr, above the bar. */
  print(line: string): void;
  /** Prints a line of the result to stdout, above the bar. */
  log(line: string): void;
  /** Removes the bar. */
  stop(): void;
}

/** Creates a progress bar if stderr is a terminal, or else prints a line from time to time. */
export const progress = (label: string): Progress => (process.stderr.isTTY ? bar(label) : lines(label));

function bar(label: string): Progress {
  let line: SingleBar | undefined;
  let left = leftEstimator();
  let last: Parameters<Progress['update']> | undefined;
  const show = (done: number, total: number, payload: object) => {
    line ??= startBar(label, total, payload);
    line.setTotal(total);
    line.update(done, payload);
  };
  const update: Progress['update'] = (done, total, note = '', secondsLeft = left(done, total)) => {
    last = [done, total, note, secondsLeft];
    show(done, total, { note: printable(note), left: leftText(secondsLeft) });
  };
  const hide = () => {
    line?.stop();
    line = undefined;
  };
  const above = (write: (text: string) => void) => (text: string) => {
    const running = line !== undefined;
    hide();
    write(text);
    if (running && last) update(...last);
  };
  const stop = () => {
    hide();
    left = leftEstimator();
  };
  return { update, stop, print: above(tell), log: above(print) };
}

/** Loads cli-progress only when there is something to show; `hm --help` does not need it. */
function startBar(label: string, total: number, payload: object): SingleBar {
  const { Presets, SingleBar: Bar } = createRequire(import.meta.url)(
    'cli-progress',
  ) as typeof import('cli-progress');
  const format = `${label} {bar} {percentage}% | {value}/{total}{left} {note}`;
  const options = { format, hideCursor: true, fps: 5, stream: process.stderr };
  const made = new Bar(options, Presets.shades_classic);
  made.start(total, 0, payload);
  return made;
}

/** Returns an estimator of the seconds left at the pace since this call. It gives undefined until something is done. */
export function leftEstimator(now = () => performance.now() / 1000) {
  const start = now();
  return (done: number, total: number): number | undefined =>
    done > 0 ? ((now() - start) / done) * Math.max(0, total - done) : undefined;
}

/** Formats the time left as ` | 2 min 5 s left`; empty if it is unknown. */
export function leftText(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return '';
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return ` | ${hours} h ${minutes} min left`;
  return minutes > 0 ? ` | ${minutes} min ${whole % 60} s left` : ` | ${whole} s left`;
}

/** Milliseconds between lines if stderr is not a terminal. */
const PAUSE = 30_000;

function lines(label: string): Progress {
  let printed = performance.now();
  const left = leftEstimator();
  return {
    update(done, total, note = '', secondsLeft = left(done, total)) {
      if (performance.now() - printed < PAUSE) return;
      printed = performance.now();
      tell(printable(`${label} ${done}/${total}${leftText(secondsLeft)} ${note}`.trimEnd()));
    },
    print: tell,
    log: print,
    stop() {},
  };
}
