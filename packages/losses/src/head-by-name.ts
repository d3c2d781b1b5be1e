import { InvalidArgumentError } from '@hm/tensor';
import { type ASoftmaxOptions, aSoftmax } from './a-softmax.ts';
import { type ArcFaceOptions, arcFace } from './arc-face.ts';
import { type CosFaceOptions, cosFace } from './cos-face.ts';
import { type FocalOptions, focal } from './focal-loss.ts';
import { hardMining } from './hard-mining.ts';
import type { HardMiningOptions } from './hard-mining-loss.ts';
import { type OhemOptions, ohem } from './hardest-losses.ts';
import type { Head } from './head.ts';
import { type AdaFaceOptions, adaFace } from './heads/ada-face.ts';
import { type AdaptiveFaceOptions, adaptiveFace } from './heads/adaptive-face.ts';
import { amSoftmax } from './heads/am-softmax.ts';
import { type CombinedMarginOptions, combinedMargin } from './heads/combined-margin.ts';
import { type CurricularFaceOptions, curricularFace } from './heads/curricular-face.ts';
import { type LSoftmaxOptions, lSoftmax } from './heads/l-softmax.ts';
import { type MagFaceOptions, magFace } from './heads/mag-face.ts';
import { type MvSoftmaxOptions, mvSoftmax } from './heads/mv-softmax.ts';
import { type SoftMarginSoftmaxOptions, softMarginSoftmax } from './heads/soft-margin-softmax.ts';
import { type SphereFace2Options, sphereFace2 } from './heads/sphere-face2.ts';
import { type SubCenterArcFaceOptions, subCenterArcFace } from './heads/sub-center-arc-face.ts';
import { type UniFaceOptions, uniFace } from './heads/uni-face.ts';
import { type SoftmaxOptions, softmax } from './softmax.ts';

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
};

/** What may stand before a name, and the key of its options. */
const wrappers = {
  'hm-': { wrap: hardMining, options: 'hardMining' },
  'focal-': { wrap: focal, options: 'focal' },
  'ohem-': { wrap: ohem, options: 'ohem' },
} as const;

type AnyOptions =
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
};

/** The names that {@link headByName} takes, alone and with `hm-`; `focal-` and `ohem-` may stand before each, too. */
export const headNames: readonly string[] = Object.keys(factories).flatMap((name) => [name, `hm-${name}`]);

/**
 * The head of a name and the options of its factory: `arcface`, with `hm-` before it for the hard-mining loss, `focal-`
 * for the focal loss, `ohem-` for online hard example mining, in any order: `ohem-hm-ce` keeps the hardest of the
 * hard-mining losses. `headByName(head.name, head.config)` gives an equal head.
 *
 * @throws {InvalidArgumentError} if there is no head of that name.
 * @example
 * const head = headByName('hm-arcface', { scale: 32, hardMining: { over: 'batch' } });
 */
export function headByName(name: string, options: HeadOptions = {}): Head {
  const prefix = (Object.keys(wrappers) as (keyof typeof wrappers)[]).find((known) => name.startsWith(known));
  if (prefix) {
    const { wrap, options: key } = wrappers[prefix];
    const { [key]: own, ...rest } = options;
    return wrap(headByName(name.slice(prefix.length), rest), own);
  }
  if (!Object.hasOwn(factories, name)) throw unknownName(name);
  const factory = factories[name as keyof typeof factories] as (options: HeadOptions) => Head;
  return factory(options);
}

const unknownName = (name: string) =>
  new InvalidArgumentError({
    where: 'headByName',
    expected: `one of ${headNames.join(', ')}, or one of them after focal- or ohem-`,
    received: name,
    fix: 'Take a name from the list.',
  });
