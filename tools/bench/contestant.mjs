import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * A child process that measures on demand: it is told a number of steps on a line of its input and answers with the
 * seconds they took; at the end of its input it answers with its peak memory in bytes.
 */
export class Contestant {
  #child;
  #lines;

  constructor(command, args) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Runs steps and gives their seconds. */
  run(steps) {
    this.#child.stdin.write(`${steps}\n`);
    return this.#answer();
  }

  /** Ends the process and gives its peak memory in bytes. */
  finish() {
    this.#child.stdin.end();
    return this.#answer();
  }

  async #answer() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`bench: ${this.#child.spawnargs.join(' ')} ended without an answer`);
    return Number(value);
  }
}

/** The child's side of it, for programs in JavaScript. */
export async function serve(step) {
  for await (const line of createInterface({ input: process.stdin })) {
    const start = performance.now();
    for (let i = 0; i < Number(line); i++) await step();
    console.log((performance.now() - start) / 1000);
  }
  console.log(process.resourceUsage().maxRSS * 1024);
}
