import type { Preprocessing } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';

/** Options that describe how images are prepared. */
export interface PreprocessingOptions {
  size?: [height: number, width: number];
  mean?: number;
  scale?: number;
  channels?: 'rgb' | 'bgr';
  template?: Preprocessing['template'];
}

/**
 * Returns the preprocessing that was typed. If none was, returns undefined, and the model's metadata is used.
 *
 * @throws {InvalidArgumentError} if only a part was typed: a guess would cost accuracy without any other sign.
 */
export function preprocessingFromOptions(
  options: PreprocessingOptions,
  where = 'hm eval',
): Preprocessing | undefined {
  const { size, mean, scale, channels, template = 'none' } = options;
  const given = Object.entries({ size, mean, scale, channels });
  const missing = given.filter(([, value]) => value === undefined).map(([name]) => `--${name}`);
  if (missing.length === given.length && options.template === undefined) return undefined;
  if (size === undefined || mean === undefined || scale === undefined || channels === undefined) {
    throw new InvalidArgumentError({
      where,
      expected: `--size, --mean, --scale and --channels together${options.template === undefined ? ', or none of them' : ' with --template'}`,
      received: `no ${missing.join(', ')}`,
      fix: 'Say all four, for example --size 112 --mean 127.5 --scale 128 --channels rgb.',
    });
  }
  const [height, width] = size;
  return { height, width, channels, mean, scale, template };
}
