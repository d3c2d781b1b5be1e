import { arcCosine, cosineAndSine } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { mix } from '../core/mix.ts';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { Head } from '../head.ts';
import { cosineHead } from './cosine-head.ts';

/** Specifications of the options of {@link combinedMargin}. */
export const combinedMarginOptions = optionSpecs({
  scale: { default: 64, above: 0, doc: 's, the radius of the hypersphere' },
  multiplier: { default: 1, above: 0, doc: "m1, the factor of the target's angle" },
  marginRadians: { default: 0.3, from: 0, below: Math.PI, doc: "m2, added to the target's angle, radians" },
  margin: { default: 0.2, from: 0, to: 1, doc: "m3, taken from the target's cosine" },
  marginGradient: {
    default: 'detached',
    choices: ['exact', 'detached'],
    doc: "the target's gradient: s·(p_y − 1) as in the authors' code, bounded at every angle, or the true one",
  },
});

/** Options of {@link combinedMargin}; {@link optionsOf} has the defaults. */
export type CombinedMarginOptions = OptionsOf<typeof combinedMarginOptions>;

/**
 * The combined margin of SphereFace, ArcFace and CosFace: the target logit is `s·(cos(m1·θ + m2) − m3)`, the others are
 * `s·cos θ`. Where `m1·θ + m2 > π`, from the angle θ* on, the cosine keeps falling as `cos θ − cos θ* − 1`. The paper
 * uses two sets of values: (1, 0.3, 0.2), the default, and (0.9, 0.4, 0.15).
 *
 * @throws {InvalidArgumentError} unless `scale > 0`, `multiplier > 0`, `0 <= marginRadians < π` and `0 <= margin <= 1`.
 * @see J. Deng et al., ArcFace, CVPR 2019, section 2.2
 * @example
 * const head = combinedMargin({ multiplier: 0.9, marginRadians: 0.4, margin: 0.15 });
 */
export function combinedMargin(options: CombinedMarginOptions = {}): Head {
  const config = resolveOptions('combinedMargin', combinedMarginOptions, options);
  const { scale, multiplier, marginRadians, margin, marginGradient } = config;
  return cosineHead({ name: 'combined-margin', ...config }, (logit) => {
    const { value, slope } = stretchedCosine(tf.mul(logit, 1 / scale), multiplier, marginRadians);
    return {
      value: tf.mul(tf.sub(value, margin), scale),
      ...(marginGradient === 'exact' && { slope }),
    };
  });
}

/**
 * Returns `cos(m1·θ + m2)` and its derivative with respect to `cos θ`, `m1·sin(m1·θ + m2)/sin θ`. The derivative is
 * finite at ±1, where `sin m2/sin θ` is omitted.
 */
function stretchedCosine(cosine: tf.Tensor1D, multiplier: number, marginRadians: number) {
  const angle = tf.add<tf.Tensor1D>(tf.mul(arcCosine(cosine), multiplier), marginRadians);
  const sum = cosineAndSine(tf.minimum<tf.Tensor1D>(angle, Math.PI));
  const sine = tf.sqrt(tf.maximum(tf.mul(tf.sub(1, cosine), tf.add(1, cosine)), 1e-12));
  const atEnds = tf.fill([cosine.size], multiplier * multiplier * Math.cos(marginRadians)) as tf.Tensor1D;
  const slope = mix(
    atEnds,
    tf.div<tf.Tensor1D>(tf.mul(sum.sine, multiplier), sine),
    tf.step(tf.sub(sine, 1e-6)),
  );
  const beyond = tf.step(tf.sub(angle, Math.PI));
  const fallback = tf.sub<tf.Tensor1D>(
    cosine,
    Math.cos(Math.min(Math.PI, (Math.PI - marginRadians) / multiplier)) + 1,
  );
  return { value: mix(sum.cosine, fallback, beyond), slope: mix(slope, 1, beyond) };
}
