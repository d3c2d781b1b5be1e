import * as tf from '@tensorflow/tfjs-core';
import { additiveAngle, type MarginGradient } from '../core/additive-angle.ts';
import { checkChoice, checkRange } from '../core/check.ts';
import { cosineHead } from '../core/cosine-head.ts';
import type { Margin } from '../core/margin-cross-entropy.ts';
import type { Head } from './head.ts';

/** What {@link arcFace} takes. */
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
  marginGradient?: MarginGradient;
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
  const config = arcFaceConfig(options);
  checkRange('arcFace', 'scale', config.scale, { above: 0 });
  checkRange('arcFace', 'marginRadians', config.marginRadians, { from: 0, below: Math.PI });
  checkChoice('arcFace', 'marginGradient', config.marginGradient, ['exact', 'detached']);
  return cosineHead('arcface', config, arcFaceMargin(config));
}

const arcFaceConfig = ({ scale = 64, marginRadians = 0.5, marginGradient = 'detached' }: ArcFaceOptions) => ({
  scale,
  marginRadians,
  marginGradient,
});

/** ArcFace's target logit from `s·cos θ`. */
export function arcFaceMargin(options: ArcFaceOptions): Margin {
  const { scale, marginRadians, marginGradient } = arcFaceConfig(options);
  return (logit) => {
    const { value, slope } = additiveAngle(tf.mul(logit, 1 / scale), marginRadians);
    return { value: tf.mul(value, scale), ...(marginGradient === 'exact' && { slope }) };
  };
}
