import { InvalidArgumentError, Rng } from '@hm/tensor/host';

/** Frames of a video to use: all, every n-th, the first n, or n drawn at random by the seed and the video. */
export type FrameChoice = 'all' | { every: number } | { first: number } | { random: number; seed: number };

/** Describes a choice for a report. */
export const describeFrames = (choice: FrameChoice): string => {
  if (choice === 'all') return 'all frames';
  if ('every' in choice) return `one of every ${choice.every} frames`;
  return 'first' in choice
    ? `the first ${choice.first} frames`
    : `${choice.random} frames drawn with seed ${choice.seed}`;
};

/**
 * Returns the frames of a video that a choice takes, in their order; all of them if there are not more.
 *
 * @throws {InvalidArgumentError} if the number is not a positive integer.
 */
export function chooseFrames(
  frames: readonly string[],
  choice: FrameChoice,
  video: string,
): readonly string[] {
  if (choice === 'all') return frames;
  if ('every' in choice) {
    const step = positive(choice.every);
    return frames.filter((_, place) => place % step === 0);
  }
  if ('first' in choice) return frames.slice(0, positive(choice.first));
  const drawn = Rng.of(choice.seed, 'frames', video)
    .shuffle([...frames.keys()])
    .slice(0, positive(choice.random))
    .sort((a, b) => a - b);
  return drawn.map((place) => frames[place]!);
}

function positive(value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError({
    where: 'ytfPairs frames',
    expected: 'a positive integer',
    received: value,
    fix: "Pass 'all', { every: n }, { first: n } or { random: n, seed }.",
  });
}
