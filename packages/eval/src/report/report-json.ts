import type { VerificationResult } from '../verification/verification-result.ts';

/**
 * Formats a result as one JSON object, with every number in full precision.
 *
 * @example
 * await writeFile('lfw.json', toJson(result));
 */
export const toJson = (result: VerificationResult): string => JSON.stringify(result, null, 2);
