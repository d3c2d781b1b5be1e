import type { Dataset } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import type { TrainOptions } from '@hm/train';
import { withoutUndefined } from '../options/without-undefined.ts';

/** Settings of a run's validation. */
export interface ValidationOptions {
  validate?: string;
  validatePairs?: string;
  validatePeople?: number;
  threads?: number;
}

/** Returns a validator on pairs of a folder by LFW's protocol, which are read once; undefined without `validate`. */
export async function validationOf(
  options: ValidationOptions,
): Promise<TrainOptions['validate'] | undefined> {
  const { validate: folder, validatePairs: pairs, threads } = options;
  if (folder === undefined) return undefined;
  const [{ lfwPairs }, { validator }] = await Promise.all([import('@hm/datasets'), import('@hm/eval')]);
  return validator(await lfwPairs(folder, withoutUndefined({ pairs })), withoutUndefined({ threads }));
}

/** Returns the training data without the people that `--validate-people` holds out, and a validator on their pairs. */
export async function heldOut(
  data: Dataset,
  { validatePeople, validate, seed, threads }: ValidationOptions & { seed: number },
): Promise<{ data: Dataset; validate?: TrainOptions['validate'] }> {
  if (validatePeople === undefined) return { data };
  if (validate !== undefined) throw bothKinds();
  const [{ holdOutPeople }, { validator }] = await Promise.all([import('@hm/datasets'), import('@hm/eval')]);
  const held = await holdOutPeople(data, validatePeople, { seed });
  return { data: held.data, validate: validator(held.protocol, withoutUndefined({ threads })) };
}

const bothKinds = () =>
  new InvalidArgumentError({
    where: 'hm train',
    expected: 'one of --validate and --validate-people',
    received: 'both',
    fix: 'Leave out one of them.',
  });
