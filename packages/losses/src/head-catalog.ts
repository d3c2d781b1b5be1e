import type { OptionSpecs } from './core/options.ts';
import { adaptiveHardSamples, adaptiveHardSamplesOptions } from './decorators/adaptive-hard-samples.ts';
import { focal, focalOptions } from './decorators/focal-loss.ts';
import { hardMining } from './decorators/hard-mining.ts';
import { hardMiningOptions } from './decorators/hard-mining-loss.ts';
import { ohem, ohemOptions } from './decorators/hardest-losses.ts';
import { labelSmoothing, labelSmoothingOptions } from './decorators/label-smoothing.ts';
import { centerLoss, centerLossOptions } from './embedding/center-loss.ts';
import { circleLoss, circleLossOptions } from './embedding/circle-loss.ts';
import { contrastive, contrastiveOptions } from './embedding/contrastive.ts';
import type { EmbeddingLoss } from './embedding/embedding-loss.ts';
import { jointOptions } from './embedding/joint.ts';
import { marginalLoss, marginalLossOptions } from './embedding/marginal-loss.ts';
import { minimumMargin, minimumMarginOptions } from './embedding/minimum-margin.ts';
import { msml, msmlOptions } from './embedding/msml.ts';
import { triplet, tripletOptions } from './embedding/triplet.ts';
import type { Head } from './head.ts';
import { aSoftmax, aSoftmaxOptions } from './heads/a-softmax.ts';
import { adaFace, adaFaceOptions } from './heads/ada-face.ts';
import { adaptiveFace, adaptiveFaceOptions } from './heads/adaptive-face.ts';
import { amSoftmax, amSoftmaxOptions } from './heads/am-softmax.ts';
import { arcFace, arcFaceOptions } from './heads/arc-face.ts';
import { combinedMargin, combinedMarginOptions } from './heads/combined-margin.ts';
import { cosFace, cosFaceOptions } from './heads/cos-face.ts';
import { curricularFace, curricularFaceOptions } from './heads/curricular-face.ts';
import { lSoftmax, lSoftmaxOptions } from './heads/l-softmax.ts';
import { magFace, magFaceOptions } from './heads/mag-face.ts';
import { mvSoftmax, mvSoftmaxOptions } from './heads/mv-softmax.ts';
import { softMarginSoftmax, softMarginSoftmaxOptions } from './heads/soft-margin-softmax.ts';
import { softmax, softmaxOptions } from './heads/softmax.ts';
import { sphereFace2, sphereFace2Options } from './heads/sphere-face2.ts';
import { subCenterArcFace, subCenterArcFaceOptions } from './heads/sub-center-arc-face.ts';
import { uniFace, uniFaceOptions } from './heads/uni-face.ts';

/** The factory and the options of something that a configuration can name. */
interface Entry<Make> {
  make: Make;
  options: OptionSpecs;
}

type Options = Record<string, unknown>;
type MakeHead = (options?: Options) => Head;
type MakeLoss = (options?: Options) => EmbeddingLoss;
type MakeDecorator = (head: Head, options?: Options) => Head;

/** Erases the type of the options: the factory checks them, so a configuration from a file may contain anything. */
const entry = <Make>(make: unknown, options: OptionSpecs): Entry<Make> => ({ make: make as Make, options });

/** Heads with class weights, by name. */
export const classHeads: Readonly<Record<string, Entry<MakeHead>>> = {
  ce: entry(softmax, softmaxOptions),
  'soft-margin-softmax': entry(softMarginSoftmax, softMarginSoftmaxOptions),
  'l-softmax': entry(lSoftmax, lSoftmaxOptions),
  'a-softmax': entry(aSoftmax, aSoftmaxOptions),
  cosface: entry(cosFace, cosFaceOptions),
  'am-softmax': entry(amSoftmax, amSoftmaxOptions),
  arcface: entry(arcFace, arcFaceOptions),
  'combined-margin': entry(combinedMargin, combinedMarginOptions),
  'subcenter-arcface': entry(subCenterArcFace, subCenterArcFaceOptions),
  adaptiveface: entry(adaptiveFace, adaptiveFaceOptions),
  curricularface: entry(curricularFace, curricularFaceOptions),
  'mv-softmax': entry(mvSoftmax, mvSoftmaxOptions),
  magface: entry(magFace, magFaceOptions),
  adaface: entry(adaFace, adaFaceOptions),
  sphereface2: entry(sphereFace2, sphereFace2Options),
  uniface: entry(uniFace, uniFaceOptions),
};

/** Losses that compare embeddings, by name. Each can be a head of its own or be added to another head. */
export const embeddingLosses: Readonly<Record<string, Entry<MakeLoss>>> = {
  triplet: entry(triplet, tripletOptions),
  contrastive: entry(contrastive, contrastiveOptions),
  msml: entry(msml, msmlOptions),
  marginal: entry(marginalLoss, marginalLossOptions),
  circle: entry(circleLoss, circleLossOptions),
};

/**
 * Decorators, which wrap a head and change its losses, by name. `prefix` goes before a head's name in the short form.
 */
export const decorators: Readonly<Record<string, Entry<MakeDecorator> & { prefix: string }>> = {
  'hard-mining': { ...entry<MakeDecorator>(hardMining, hardMiningOptions), prefix: 'hm-' },
  focal: { ...entry<MakeDecorator>(focal, focalOptions), prefix: 'focal-' },
  ohem: { ...entry<MakeDecorator>(ohem, ohemOptions), prefix: 'ohem-' },
  'adaptive-hard-samples': {
    ...entry<MakeDecorator>(adaptiveHardSamples, adaptiveHardSamplesOptions),
    prefix: 'adaptive-',
  },
  'label-smoothing': { ...entry<MakeDecorator>(labelSmoothing, labelSmoothingOptions), prefix: 'smooth-' },
};

/** Decorators that add a term with its own state to a head, by name. In the short form the name follows a plus sign. */
export const additions: Readonly<Record<string, Entry<MakeDecorator>>> = {
  center: entry(centerLoss, centerLossOptions),
  'minimum-margin': entry(minimumMargin, minimumMarginOptions),
};

/**
 * Returns the options of a loss, a decorator or an addition by its name in a configuration, or undefined for an unknown
 * name. Help texts and tables are made from them.
 *
 * @example
 * optionsOf('arcface')?.scale; // { default: 64, above: 0, doc: 's, the radius of the hypersphere' }
 */
export function optionsOf(name: string): OptionSpecs | undefined {
  const entries = {
    ...classHeads,
    ...embeddingLosses,
    ...decorators,
    ...additions,
    joint: { options: jointOptions },
  };
  return Object.hasOwn(entries, name) ? entries[name as keyof typeof entries]?.options : undefined;
}
