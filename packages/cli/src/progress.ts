import { printable } from '@hm/tensor/host';
import { Presets, SingleBar } from 'cli-progress';
import { print, tell } from './print.ts';

/** Tells on stderr how far something is. */
export interface Progress {
  /** Says that `done` of `total` are done, and a note, such as the loss. */
  update(done: number, total: number, note?: string): void;
  /** Prints a line to stderr, above the bar. */
  print(line: string): void;
  /** Prints a line of the result to stdout, above the bar. */
  log(line: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/** A bar where stderr is a terminal; elsewhere a line now and then. */
export const progress = (label: string): Progress => (process.stderr.isTTY ? bar(label) : lines(label));

function bar(label: string): Progress {
  const format = `${label} {bar} {percentage}% | {value}/{total} | {eta_formatted} left {note}`;
  const line = new SingleBar(
    { format, hideCursor: true, fps: 5, stream: process.stderr },
    Presets.shades_classic,
  );
  let started = false;
  let last: Parameters<Progress['update']> | undefined;
  const update: Progress['update'] = (done, total, note = '') => {
    if (!started) line.start(total, done, { note: printable(note) });
    started = true;
    line.setTotal(total);
    line.update(done, { note: printable(note) });
    last = [done, total, note];
  };
  const stop = () => {
    if (started) line.stop();
    started = false;
  };
  const above = (write: (text: string) => void) => (text: string) => {
    const running = started;
    stop();
    write(text);
    if (running && last) update(...last);
  };
  return { update, stop, print: above(tell), log: above(print) };
}

/** Milliseconds between lines where there is no terminal. */
const PAUSE = 30_000;

function lines(label: string): Progress {
  let printed = performance.now();
  return {
    update(done, total, note = '') {
      if (performance.now() - printed < PAUSE) return;
      printed = performance.now();
      tell(printable(`${label} ${done}/${total} ${note}`.trimEnd()));
    },
    print: tell,
    log: print,
    stop() {},
  };
}
