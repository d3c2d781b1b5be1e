import * as tf from '@tensorflow/tfjs-core';
import { additiveAngle } from '../core/additive-angle.ts';
import type { Margin } from '../core/margin-cross-entropy.ts';
import { type ConfigOf, type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { cosineHead } from './cosine-head.ts';

/** Specifications of the options of {@link arcFace}. */
export const arcFaceOptions = optionSpecs({
  scale: { default: 64, above: 0, doc: 's, the radius of the hypersphere' },
  marginRadians: { default: 0.5, from: 0, below: Math.PI, doc: "m, added to the target's angle, radians" },
  // The exact gradient is sin(θ + m)/sin θ times the detached one. This factor grows without bound as θ → 0 (to
  // sin m/3.5e-4 in float32; cos m at 0).
  marginGradient: {
    default: 'detached',
    choices: ['exact', 'detached'],
    doc: "the target's gradient: s·(p_y − 1) as in the authors' code, bounded at every angle, or the true one",
  },
});

/** Options of {@link arcFace}; {@link optionsOf} has the defaults. */
export type ArcFaceOptions = OptionsOf<typeof arcFaceOptions>;

/**
 * ArcFace: the target logit is `s·cos(θ + m)`, the others are `s·cos θ`. Where `θ + m > π`, which would reward a larger
 * angle, the target logit is `s·(cos θ − m·sin m)` instead.
 *
 * @throws {InvalidArgumentError} unless `scale > 0` and `0 <= marginRadians < π`.
 * @see J. Deng et al., ArcFace, CVPR 2019
 * @example
 * const head = arcFace({ scale: 32, marginRadians: 0.35 });
 */
export function arcFace(options: ArcFaceOptions = {}): Head {
  const config = resolveOptions('arcFace', arcFaceOptions, options);
  return cosineHead({ name: 'arcface', ...config }, arcFaceMargin(config));
}

/** Returns the margin that computes ArcFace's target logit from `s·cos θ`. */
export const arcFaceMargin =
  ({ scale, marginRadians, marginGradient }: ConfigOf<typeof arcFaceOptions>): Margin =>
  (logit) => {
    const { value, slope } = additiveAngle(tf.mul(logit, 1 / scale), marginRadians);
    return { value: tf.mul(value, scale), ...(marginGradient === 'exact' && { slope }) };
  };
