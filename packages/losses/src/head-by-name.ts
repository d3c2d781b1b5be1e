import { InvalidArgumentError } from '@hm/tensor';
import { type ASoftmaxOptions, aSoftmax } from './a-softmax.ts';
import { type ArcFaceOptions, arcFace } from './arc-face.ts';
import { type CosFaceOptions, cosFace } from './cos-face.ts';
import { hardMining } from './hard-mining.ts';
import type { HardMiningOptions } from './hard-mining-loss.ts';
import type { Head } from './head.ts';
import { type SoftmaxOptions, softmax } from './softmax.ts';

const factories = { ce: softmax, asoftmax: aSoftmax, arcface: arcFace, cosface: cosFace };

/** The options of any head; `hardMining` is for the `hm-` names. */
export type HeadOptions = SoftmaxOptions &
  ASoftmaxOptions &
  ArcFaceOptions &
  CosFaceOptions & { hardMining?: HardMiningOptions };

/** Every name that {@link headByName} takes. */
export const headNames: readonly string[] = Object.keys(factories).flatMap((name) => [name, `hm-${name}`]);

/**
 * The head of a name and the options of its factory: `ce`, `asoftmax`, `arcface`, `cosface`, each also with `hm-` for
 * the hard-mining loss. `headByName(head.name, head.config)` gives an equal head.
 *
 * @throws {InvalidArgumentError} if there is no head of that name.
 * @example
 * const head = headByName('hm-arcface', { scale: 32, hardMining: { over: 'batch' } });
 */
export function headByName(name: string, options: HeadOptions = {}): Head {
  const { hardMining: hardMiningOptions, ...headOptions } = options;
  const isHardMining = name.startsWith('hm-');
  const baseName = isHardMining ? name.slice(3) : name;
  if (!Object.hasOwn(factories, baseName)) {
    throw new InvalidArgumentError({
      where: 'headByName',
      expected: `one of ${headNames.join(', ')}`,
      received: name,
      fix: 'Take a name from the list.',
    });
  }
  const head = factories[baseName as keyof typeof factories](headOptions);
  return isHardMining ? hardMining(head, hardMiningOptions) : head;
}
