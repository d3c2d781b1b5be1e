import { customGradient } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { type ConfigOf, type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';

/** Specifications of the options of {@link hardMiningLoss}. In the paper: alpha α, beta β, steepness A, midpoint B. */
export const hardMiningOptions = optionSpecs({
  alpha: { default: 1.5, above: 0, doc: "α, the factor of a hard sample's loss" },
  beta: { default: 1.1, above: 0, doc: 'β, the factor of the loss inside the gate' },
  steepness: { default: 35, above: 0, doc: 'A, how steep the gate is' },
  midpoint: { default: 0.75, above: 0, doc: 'B, the value of β·L at which the gate is half open' },
  form: {
    default: 'equation',
    choices: ['equation', 'algorithm'],
    doc: "α·L·σ, the paper's equation 2, or α·β·L·σ, its Algorithm 1",
  },
  over: {
    default: 'sample',
    choices: ['sample', 'batch'],
    doc: "each loss opens its own gate, the paper's prose, or the mean loss opens one for all",
  },
  gate: {
    default: 'through',
    choices: ['through', 'stopped'],
    doc: 'the gate is differentiated, as autodiff would, or it is a constant factor',
  },
});

/** Options of {@link hardMiningLoss}; {@link optionsOf} has the defaults. */
export type HardMiningOptions = OptionsOf<typeof hardMiningOptions>;

/** All options of {@link hardMiningLoss}, with defaults filled in. */
export type HardMiningConfig = ConfigOf<typeof hardMiningOptions>;

/**
 * Returns the hard-mining loss of any losses: `L·G` with the gate `G = α·σ(A·(β·L − B))`, which is near 0 for easy
 * samples and α for hard ones. With `over: 'batch'`, the batch's mean loss gives one G for all.
 *
 * Its derivative, `α·σ·(1 + A·β·L·(1 − σ))`, peaks at 10.6 near L = 0.69, so samples at half likelihood weigh most.
 *
 * @param losses `[B]` float32, not negative.
 * @returns `[B]`.
 * @throws {InvalidArgumentError} if an option is not a positive number or not one of its choices.
 * @see Y. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, equations 2 and 3, Algorithm 1
 * @example
 * const loss = tf.mean(hardMiningLoss(tf.tensor1d([0.1, 2.3])));
 */
export function hardMiningLoss(losses: tf.Tensor1D, options: HardMiningOptions = {}): tf.Tensor1D {
  const config = hardMiningConfig(options);
  checkArguments('hardMiningLoss', { losses }, { losses: { has: ['shape', 'dtype'] } });
  const { over, gate: gateGradient } = config;
  return tf.tidy(() =>
    customGradient(
      { losses },
      {
        forward: ({ losses }) => {
          const { gate, gateSlope } = gateOf(over === 'batch' ? tf.mean(losses) : losses, config);
          return { value: tf.mul<tf.Tensor1D>(losses, gate), saved: { losses, gate, gateSlope } };
        },
        backward: (dy, { losses, gate, gateSlope }) => {
          const direct = tf.mul(dy, gate);
          if (gateGradient === 'stopped') return { losses: direct };
          const throughGate = tf.mul(tf.mul(dy, losses), gateSlope);
          return { losses: tf.add(direct, over === 'batch' ? tf.mean(throughGate) : throughGate) };
        },
      },
    ),
  );
}

/** Checks the options and fills in defaults. */
export const hardMiningConfig = (options: HardMiningOptions = {}): HardMiningConfig =>
  resolveOptions('hardMiningLoss', hardMiningOptions, options);

function gateOf(loss: tf.Tensor, { alpha, beta, steepness, midpoint, form }: HardMiningConfig) {
  // ONNX Runtime's sigmoid is 0 below -18. This form keeps the digits of easy samples there.
  const sigmoid = tf.reciprocal(
    tf.add(tf.exp(tf.sub(steepness * midpoint, tf.mul(loss, steepness * beta))), 1),
  );
  const gate = tf.mul(sigmoid, form === 'algorithm' ? alpha * beta : alpha);
  return { gate, gateSlope: tf.mul(tf.mul(gate, tf.sub(1, sigmoid)), steepness * beta) };
}
