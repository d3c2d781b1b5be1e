import { shiftedCosineAndSlope } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkChoice, checkRange } from './check.ts';
import { cosineHead } from './cosine-head.ts';
import type { Head } from './head.ts';

export interface ArcFaceOptions {
  /** s, the radius of the hypersphere. Default 64. */
  scale?: number;
  /** m, added to the target's angle, radians. Default 0.5. */
  marginRadians?: number;
  /**
   * `detached` (default) treats `cos(θ + m) − cos θ` as a constant, so that the target's gradient is `s·(p_y − 1)`: what
   * the authors' current training code does, bounded at every angle. `exact` is the loss's true gradient,
   * `sin(θ + m)/sin θ` times that, which grows without bound as θ → 0 (to `sin m/3.5e-4` in float32; `cos m` at 0).
   */
  marginGradient?: 'exact' | 'detached';
}

/**
 * ArcFace: the target logit is `s·cos(θ + m)`, the others `s·cos θ`. Where `θ + m > π`, which would reward a larger
 * angle, the target logit is `s·(cos θ − m·sin m)` instead.
 *
 * @throws {InvalidArgumentError} unless `scale > 0` and `0 <= marginRadians < π`.
 * @see J. Deng et al., ArcFace, CVPR 2019
 * @example
 * const head = arcFace({ scale: 32, marginRadians: 0.35 });
 */
export function arcFace(options: ArcFaceOptions = {}): Head {
  const { scale = 64, marginRadians = 0.5, marginGradient = 'detached' } = options;
  checkRange('arcFace', 'scale', scale, { above: 0 });
  checkRange('arcFace', 'marginRadians', marginRadians, { from: 0, below: Math.PI });
  checkChoice('arcFace', 'marginGradient', marginGradient, ['exact', 'detached']);
  const config = { scale, marginRadians, marginGradient };
  return cosineHead('arcface', config, (logit) => {
    const cosine = tf.mul<tf.Tensor1D>(logit, 1 / scale);
    const shifted = shiftedCosineAndSlope(cosine, marginRadians);
    const beyond = tf.step(tf.sub(-Math.cos(marginRadians), cosine));
    const fallback = tf.sub(cosine, marginRadians * Math.sin(marginRadians));
    const value = tf.mul<tf.Tensor1D>(mix(shifted.value, fallback, beyond), scale);
    return marginGradient === 'exact' ? { value, slope: mix(shifted.slope, 1, beyond) } : { value };
  });
}

const mix = (a: tf.Tensor1D, b: tf.Tensor | number, share: tf.Tensor): tf.Tensor1D =>
  tf.add(tf.mul(a, tf.sub(1, share)), tf.mul(b, share));
