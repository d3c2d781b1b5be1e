import * as tf from '@tensorflow/tfjs-core';
import { checkChoice, checkRange } from '../core/check.ts';

/** Names in the paper: alpha α, beta β, steepness A, midpoint B. */
export interface HardMiningOptions {
  /** α, the factor of a hard sample's loss. Default 1.5. */
  alpha?: number;
  /** β, the factor of the loss inside the gate. Default 1.1. */
  beta?: number;
  /** A, how steep the gate is. Default 35. */
  steepness?: number;
  /** B, the value of `β·L` at which the gate is half open. Default 0.75. */
  midpoint?: number;
  /** `equation` (default): `α·L·σ`, the paper's equation 2. `algorithm`: `α·β·L·σ`, its Algorithm 1. */
  form?: 'equation' | 'algorithm';
  /** `sample` (default): each loss opens its own gate, the paper's prose. `batch`: the mean loss opens one for all. */
  over?: 'sample' | 'batch';
  /** `through` (default): the gate is differentiated, as autodiff would. `stopped`: it is a constant factor. */
  gate?: 'through' | 'stopped';
}

/** Every option of {@link hardMiningLoss}, defaults filled in. */
export type HardMiningConfig = Required<HardMiningOptions>;

/**
 * The hard-mining loss of losses from anywhere: `L·G` with the gate `G = α·σ(A·(β·L − B))`, which is near 0 for easy
 * samples and α for hard ones. With `over: 'batch'`, G is that of the batch's mean loss.
 *
 * Its derivative, `α·σ·(1 + A·β·L·(1 − σ))`, peaks at 10.6 near L = 0.69: samples at half likelihood weigh most.
 *
 * @param losses `[B]` float32, not negative.
 * @returns `[B]`.
 * @throws {InvalidArgumentError} if an option is not a positive number or not one of its words.
 * @see S. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, equations 2 and 3, Algorithm 1
 * @example
 * const loss = tf.mean(hardMiningLoss(tf.tensor1d([0.1, 2.3])));
 */
export function hardMiningLoss(losses: tf.Tensor1D, options: HardMiningOptions = {}): tf.Tensor1D {
  const config = hardMiningConfig(options);
  return tf.tidy(() => {
    const operation = tf.customGrad((input, save) => {
      const losses = input as tf.Tensor1D;
      const { gate, gateSlope } = gateOf(config.over === 'batch' ? tf.mean(losses) : losses, config);
      (save as tf.GradSaveFunc)([losses, gate, gateSlope]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, config);
      return { value: tf.mul(losses, gate), gradFunc };
    });
    return operation(losses) as tf.Tensor1D;
  });
}

/** The options with defaults filled in, checked. */
export function hardMiningConfig({
  alpha = 1.5,
  beta = 1.1,
  steepness = 35,
  midpoint = 0.75,
  form = 'equation',
  over = 'sample',
  gate = 'through',
}: HardMiningOptions = {}): HardMiningConfig {
  const config: HardMiningConfig = { alpha, beta, steepness, midpoint, form, over, gate };
  for (const name of ['alpha', 'beta', 'steepness', 'midpoint'] as const)
    checkRange('hardMiningLoss', name, config[name], { above: 0 });
  checkChoice('hardMiningLoss', 'form', config.form, ['equation', 'algorithm']);
  checkChoice('hardMiningLoss', 'over', config.over, ['sample', 'batch']);
  checkChoice('hardMiningLoss', 'gate', config.gate, ['through', 'stopped']);
  return config;
}

function gateOf(loss: tf.Tensor, { alpha, beta, steepness, midpoint, form }: HardMiningConfig) {
  // ONNX Runtime's sigmoid is 0 below -18, where an easy sample's still has its digits.
  const sigmoid = tf.reciprocal(
    tf.add(tf.exp(tf.sub(steepness * midpoint, tf.mul(loss, steepness * beta))), 1),
  );
  const gate = tf.mul(sigmoid, form === 'algorithm' ? alpha * beta : alpha);
  return { gate, gateSlope: tf.mul(tf.mul(gate, tf.sub(1, sigmoid)), steepness * beta) };
}

function gradient(
  dy: tf.Tensor,
  saved: tf.Tensor[],
  { over, gate: gateGradient }: HardMiningConfig,
): tf.Tensor {
  const [losses, gate, gateSlope] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const direct = tf.mul(dy, gate);
  if (gateGradient === 'stopped') return direct;
  const throughGate = tf.mul(tf.mul(dy, losses), gateSlope);
  return tf.add(direct, over === 'batch' ? tf.mean(throughGate) : throughGate);
}
