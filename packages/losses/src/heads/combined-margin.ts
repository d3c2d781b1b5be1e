import { arcCosine, cosineAndSine } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { MarginGradient } from '../core/additive-angle.ts';
import { checkChoice, checkRange } from '../core/check.ts';
import { cosineHead } from '../core/cosine-head.ts';
import { mix } from '../core/mix.ts';
import type { Head } from './head.ts';

/** What {@link combinedMargin} takes. */
export interface CombinedMarginOptions {
  /** s, the radius of the hypersphere. Default 64. */
  scale?: number;
  /** m1, the factor of the target's angle. Default 1. */
  multiplier?: number;
  /** m2, added to the target's angle, radians. Default 0.3. */
  marginRadians?: number;
  /** m3, taken from the target's cosine. Default 0.2. */
  margin?: number;
  /** `detached` (default): the margin changes the logit's value alone, as in the authors' current code. `exact`: its gradient too. */
  marginGradient?: MarginGradient;
}

/**
 * The combined margin of SphereFace, ArcFace and CosFace: the target logit is `s·(cos(m1·θ + m2) − m3)`, the others
 * `s·cos θ`. Where `m1·θ + m2 > π`, from the angle θ* on, the cosine goes on falling as `cos θ − cos θ* − 1`. The paper
 * has two of them: (1, 0.3, 0.2), the default, and (0.9, 0.4, 0.15).
 *
 * @throws {InvalidArgumentError} unless `scale > 0`, `multiplier > 0`, `0 <= marginRadians < π` and `0 <= margin <= 1`.
 * @see J. Deng et al., ArcFace, CVPR 2019, section 2.2
 * @example
 * const head = combinedMargin({ multiplier: 0.9, marginRadians: 0.4, margin: 0.15 });
 */
export function combinedMargin(options: CombinedMarginOptions = {}): Head {
  const {
    scale = 64,
    multiplier = 1,
    marginRadians = 0.3,
    margin = 0.2,
    marginGradient = 'detached',
  } = options;
  checkRange('combinedMargin', 'scale', scale, { above: 0 });
  checkRange('combinedMargin', 'multiplier', multiplier, { above: 0 });
  checkRange('combinedMargin', 'marginRadians', marginRadians, { from: 0, below: Math.PI });
  checkRange('combinedMargin', 'margin', margin, { from: 0, to: 1 });
  checkChoice('combinedMargin', 'marginGradient', marginGradient, ['exact', 'detached']);
  const config = { scale, multiplier, marginRadians, margin, marginGradient };
  return cosineHead('combined', config, (logit) => {
    const { value, slope } = stretchedCosine(tf.mul(logit, 1 / scale), multiplier, marginRadians);
    return {
      value: tf.mul(tf.sub(value, margin), scale),
      ...(marginGradient === 'exact' && { slope }),
    };
  });
}

/** `cos(m1·θ + m2)` and its derivative by `cos θ`, `m1·sin(m1·θ + m2)/sin θ`; finite at ±1, where `sin m2/sin θ` is left out. */
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
