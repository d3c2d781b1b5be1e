import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * A child process that measures on demand. It reads a number of steps from each line of stdin, runs them, and prints
 * the seconds that they took. At the end of stdin it prints its peak memory in bytes.
 */
export class Contestant {
  #child;
  #lines;

  constructor(command, args) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Runs steps and returns the seconds that they took. */
  run(steps) {
    this.#child.stdin.write(`${steps}\n`);
    return this.#answer();
  }

  /** Ends the process and returns its peak memory in bytes. */
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

/** The child's side of the protocol, for JavaScript programs. */
export async function serve(step) {
  for await (const line of createInterface({ input: process.stdin })) {
    const start = performance.now();
    for (let i = 0; i < Number(line); i++) await step();
    console.log((performance.now() - start) / 1000);
  }
  console.log(process.resourceUsage().maxRSS * 1024);
}
