import { InvalidArgumentError } from '@hm/tensor';
import { embeddingHeads, headAdditions } from '../embedding/embedding-heads.ts';
import { type AdaptiveHardSamplesOptions, adaptiveHardSamples } from '../mining/adaptive-hard-samples.ts';
import { type FocalOptions, focal } from '../mining/focal-loss.ts';
import { hardMining } from '../mining/hard-mining.ts';
import type { HardMiningOptions } from '../mining/hard-mining-loss.ts';
import { type OhemOptions, ohem } from '../mining/hardest-losses.ts';
import { type ASoftmaxOptions, aSoftmax } from './a-softmax.ts';
import { type AdaFaceOptions, adaFace } from './ada-face.ts';
import { type AdaptiveFaceOptions, adaptiveFace } from './adaptive-face.ts';
import { amSoftmax } from './am-softmax.ts';
import { type ArcFaceOptions, arcFace } from './arc-face.ts';
import { type CombinedMarginOptions, combinedMargin } from './combined-margin.ts';
import { type CosFaceOptions, cosFace } from './cos-face.ts';
import { type CurricularFaceOptions, curricularFace } from './curricular-face.ts';
import type { Head } from './head.ts';
import { type LSoftmaxOptions, lSoftmax } from './l-softmax.ts';
import { type MagFaceOptions, magFace } from './mag-face.ts';
import { type MvSoftmaxOptions, mvSoftmax } from './mv-softmax.ts';
import { type SoftMarginSoftmaxOptions, softMarginSoftmax } from './soft-margin-softmax.ts';
import { type SoftmaxOptions, softmax } from './softmax.ts';
import { type SphereFace2Options, sphereFace2 } from './sphere-face2.ts';
import { type SubCenterArcFaceOptions, subCenterArcFace } from './sub-center-arc-face.ts';
import { type UniFaceOptions, uniFace } from './uni-face.ts';

const factories = {
  ce: softmax,
  asoftmax: aSoftmax,
  arcface: arcFace,
  cosface: cosFace,
  amsoftmax: amSoftmax,
  lsoftmax: lSoftmax,
  softmargin: softMarginSoftmax,
  combined: combinedMargin,
  adaptiveface: adaptiveFace,
  curricularface: curricularFace,
  magface: magFace,
  adaface: adaFace,
  sphereface2: sphereFace2,
  'subcenter-arcface': subCenterArcFace,
  'mv-softmax': mvSoftmax,
  uniface: uniFace,
  ...embeddingHeads,
};

/** What may stand before a name, and the key of its options. */
const wrappers = {
  'hm-': { wrap: hardMining, options: 'hardMining' },
  'focal-': { wrap: focal, options: 'focal' },
  'ohem-': { wrap: ohem, options: 'ohem' },
  'adaptive-': { wrap: adaptiveHardSamples, options: 'adaptive' },
} as const;

type AnyOptions =
  | Parameters<(typeof embeddingHeads)[keyof typeof embeddingHeads]>[0]
  | AdaFaceOptions
  | AdaptiveFaceOptions
  | ArcFaceOptions
  | ASoftmaxOptions
  | CombinedMarginOptions
  | CosFaceOptions
  | CurricularFaceOptions
  | LSoftmaxOptions
  | MagFaceOptions
  | MvSoftmaxOptions
  | SoftMarginSoftmaxOptions
  | SoftmaxOptions
  | SphereFace2Options
  | SubCenterArcFaceOptions
  | UniFaceOptions;

type KeyOf<Options> = Options extends unknown ? keyof Options : never;
type ValueOf<Options, Key> = Options extends unknown
  ? Key extends keyof Options
    ? Options[Key]
    : never
  : never;

/** The options of any head, and those of what stands before its name. */
export type HeadOptions = { [Key in KeyOf<AnyOptions>]?: ValueOf<AnyOptions, Key> } & {
  hardMining?: HardMiningOptions;
  focal?: FocalOptions;
  ohem?: OhemOptions;
  adaptive?: AdaptiveHardSamplesOptions;
} & { [Name in AdditionName]?: Parameters<(typeof headAdditions)[Name]>[1] };

type AdditionName = keyof typeof headAdditions;

/**
 * The names that {@link headByName} takes, alone and with `hm-` before them. `focal-`, `ohem-` and `adaptive-` may stand
 * before each, and after it `+` and one of {@link additionNames}.
 */
export const headNames: readonly string[] = Object.keys(factories).flatMap((name) => [name, `hm-${name}`]);

/** What may follow the plus sign in a name: `ce+centre`. */
export const additionNames: readonly string[] = Object.keys(headAdditions);

/**
 * The head of a name and the options of its factory. `hm-arcface` is `hardMining(arcFace())`; `focal-`, `ohem-` and
 * `adaptive-` stand for the other wrappers, and the one in front is applied last: `ohem-hm-ce` keeps the hardest of the
 * hard-mining losses. `ce+centre` adds a loss on embeddings; `hm-(ce+centre)` puts hard mining on the sum, `hm-ce+centre`
 * on the first. `headByName(head.name, head.config)` gives an equal head.
 *
 * @throws {InvalidArgumentError} if there is no head of that name.
 * @example
 * const head = headByName('hm-arcface', { scale: 32, hardMining: { over: 'batch' } });
 */
export function headByName(name: string, options: HeadOptions = {}): Head {
  const plus = lastPlus(name);
  if (plus >= 0) return withAddition(name.slice(0, plus), name.slice(plus + 1), options);
  const prefix = (Object.keys(wrappers) as (keyof typeof wrappers)[]).find((known) => name.startsWith(known));
  if (prefix) {
    const { wrap, options: key } = wrappers[prefix];
    const { [key]: own, ...rest } = options;
    return wrap(headByName(name.slice(prefix.length), rest), own);
  }
  if (name.startsWith('(') && name.endsWith(')')) return headByName(name.slice(1, -1), options);
  if (!Object.hasOwn(factories, name)) throw unknownName(name, headNames);
  const factory = factories[name as keyof typeof factories] as (options: HeadOptions) => Head;
  return factory(options);
}

/** Where the last plus sign outside parentheses is, or -1. */
function lastPlus(name: string): number {
  let depth = 0;
  for (let i = name.length - 1; i > 0; i--) {
    if (name[i] === ')') depth += 1;
    if (name[i] === '(') depth -= 1;
    if (name[i] === '+' && depth === 0) return i;
  }
  return -1;
}

function withAddition(name: string, addition: string, options: HeadOptions): Head {
  if (!Object.hasOwn(headAdditions, addition)) throw unknownName(addition, additionNames);
  const { [addition as AdditionName]: own, ...rest } = options;
  const add = headAdditions[addition as AdditionName] as (head: Head, options?: object) => Head;
  return add(headByName(name, rest as HeadOptions), own);
}

const unknownName = (name: string, known: readonly string[]) =>
  new InvalidArgumentError({
    where: 'headByName',
    expected: `one of ${known.join(', ')}`,
    received: name,
    fix: 'Take a name from the list; the documentation of headByName says how names combine.',
  });
