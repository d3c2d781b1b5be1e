import { InvalidArgumentError } from '@hm/tensor/host';
import { type Feed, HeldTensor } from './device-tensor.ts';
import type { ValueInfo } from './session-options.ts';

/**
 * Checks the inputs of a run.
 *
 * @throws {InvalidArgumentError} if a feed is missing, unknown, disposed, or of another dtype or shape.
 */
export function assertFeeds(feeds: Readonly<Record<string, Feed>>, inputs: readonly ValueInfo[]): void {
  const unknown = Object.keys(feeds).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) {
    throw invalid(
      `the inputs ${inputs.map(({ name }) => name).join(', ')}`,
      `also "${unknown}"`,
      'Pass the inputs of `session.inputs` and nothing else.',
    );
  }
  for (const { name, dtype, shape } of inputs) {
    const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
    if (feed !== undefined && feed.dtype === dtype && fits(feed.shape, shape) && isAlive(feed)) continue;
    throw invalid(
      `input "${name}" of ${dtype} [${shape.join(', ')}]`,
      feed === undefined ? `only ${Object.keys(feeds).join(', ') || 'an empty record'}` : describe(feed),
      'Pass every input of `session.inputs`, in its dtype and shape.',
    );
  }
}

const isAlive = (feed: Feed) => !(feed instanceof HeldTensor && feed.disposed);

const describe = (feed: Feed) =>
  `${feed.dtype} [${feed.shape.join(', ')}]${isAlive(feed) ? '' : ' that is disposed'}`;

const fits = (shape: readonly number[], wanted: readonly (number | string)[]) =>
  shape.length === wanted.length &&
  wanted.every((size, axis) => typeof size === 'string' || size < 0 || size === shape[axis]);

const invalid = (expected: string, received: string, fix: string) =>
  new InvalidArgumentError({ where: 'Session.run', expected, received, fix });
