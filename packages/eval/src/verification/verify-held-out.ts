import type { VerificationProtocol } from '@hm/datasets';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import type { Embedder } from '../embedder/embedder.ts';
import type { VerificationResult } from './verification-result.ts';
import { type VerifyOptions, verify, verifyOptions } from './verify.ts';

/**
 * Chooses the threshold on one list of pairs and applies it to another, as LFW's View 1 does with `pairsDevTrain.txt`
 * and `pairsDevTest.txt`. The result is that of the test list.
 *
 * @throws as {@link verify}.
 * @example
 * const { accuracy } = await verifyHeldOut(embedder, { train: devTrain, test: devTest }, { flip: 'sum' });
 */
export async function verifyHeldOut(
  embedder: Embedder,
  protocols: { train: VerificationProtocol; test: VerificationProtocol },
  options: Omit<VerifyOptions, 'threshold' | 'center'> = {},
): Promise<VerificationResult> {
  const { threshold: _threshold, center: _center, ...kinds } = verifyOptions;
  checkOptions('verifyHeldOut', options, kinds);
  checkArguments('verifyHeldOut', { embedder, protocols }, { embedder: 'object', protocols: 'object' });
  const { train, test } = checkOptions('verifyHeldOut', protocols, { train: 'object', test: 'object' });
  const { threshold } = await verify(embedder, train, { ...options, fmr: undefined, threshold: 'best' });
  const result = await verify(embedder, test, { ...options, threshold });
  const found = `The threshold ${threshold.toFixed(4)} was chosen on the ${train.pairs.length} pairs of ${train.name}.`;
  return { ...result, notes: [found, ...result.notes] };
}
