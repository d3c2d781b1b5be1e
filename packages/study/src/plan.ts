import { headByName } from '@hm/losses';
import type { BackboneName, ResNetOptions } from '@hm/resnet';
import { readRegularText } from '@hm/tensor/files';
import { americanSpelling, checkArguments, InvalidArgumentError, InvalidDataError } from '@hm/tensor/host';
import type { Recipe } from '@hm/train';
import type { DrawnData, PhotographData } from './data/data-plan.ts';

/** A comparison as plain data: every arm under every condition with every seed. */
export interface StudyPlan {
  name: string;
  /** Question that the study answers, in a sentence. */
  question: string;
  data: PhotographData | DrawnData;
  /**
   * Changes of the data, by name; each is compared separately. Files are named after them. Default: the data as they
   * are.
   */
  conditions?: Readonly<Record<string, Partial<PhotographData> | Partial<DrawnData>>>;
  backbone: NewNetwork | PretrainedNetwork;
  /** Changes to the paper's recipe; for a pretrained network, options of `fineTune`. */
  recipe?: Partial<Recipe>;
  /** What is compared, by name. */
  arms: Readonly<Record<string, StudyArm>>;
  /** Seeds to train each arm with. Initial weights, batches and augmentation are the same for all arms of a seed. */
  seeds: readonly number[];
  /** Search that each arm gets: the setting with the best validation is trained with every seed. */
  tuning?: StudyTuning;
  /** Differences to test, as names of arms: the second minus the first. To be chosen before anything has run. */
  comparisons?: readonly (readonly [first: string, second: string])[];
}

/** A network with fresh weights, by name. */
export type NewNetwork = { name: BackboneName } & ResNetOptions;

/** Network from a file, to be trained further. */
export interface PretrainedNetwork {
  /** Path of an ONNX or `.pth` file, relative to the study's `root`. */
  pretrained: string;
  /** SHA-256 of the file; all configurations depend on it. */
  sha256: string;
}

/** One of the compared alternatives. */
export interface StudyArm {
  /** Name of a loss: `hm-arcface`; null judges a pretrained ONNX file as it is, without training. */
  loss: string | null;
  /** Options of the loss. */
  options?: Readonly<Record<string, unknown>>;
  /**
   * Changes to the plan's recipe. A `learningRate` takes the place of that of plan and tuning; `learningRateFactor`
   * multiplies whichever it is.
   */
  recipe?: Partial<Recipe> & { learningRateFactor?: number };
}

/** How arms are tuned. */
export interface StudyTuning {
  /** Changes to the recipe, each tried with each arm. */
  grid: readonly Partial<Recipe>[];
  /** Seed for tuning, which may not be one of the plan's. */
  seed: number;
  /** Condition under which to tune; its choice is used under all. Default: each condition tunes for itself. */
  condition?: string;
}

/**
 * Reads a plan from a JSON file.
 *
 * @throws {InvalidDataError} if the file cannot be read or is not JSON.
 * @throws {InvalidArgumentError} if it is not a valid plan.
 * @example
 * const plan = await readPlan('tools/study/losses.json');
 */
export async function readPlan(path: string): Promise<StudyPlan> {
  checkArguments('readPlan', { path }, { path: 'string' });
  try {
    return checkPlan(americanSpelling(JSON.parse(await readRegularText(path))), path);
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) throw cause;
    throw new InvalidDataError({
      where: path,
      expected: 'a plan of a study as JSON',
      received: (cause as Error).message,
      fix: 'Check the path and the file; the README of @hm/study shows a plan.',
      fields: { path },
      cause,
    });
  }
}

const MEMBERS = {
  required: ['name', 'question', 'data', 'backbone', 'arms', 'seeds'],
  optional: ['$schema', 'conditions', 'recipe', 'tuning', 'comparisons'],
};

/** Members of the fine-tuning recipe that a plan may set. */
const FINE_TUNING = ['epochs', 'batchSize', 'learningRate'];

/** Returns the plan if it is valid. @throws {InvalidArgumentError} */
export function checkPlan(plan: StudyPlan, where = 'plan'): StudyPlan {
  const refuse = (expected: string, received: unknown, fix: string): never => {
    throw new InvalidArgumentError({ where, expected, received: JSON.stringify(received), fix });
  };
  const members = Object.keys(plan ?? {});
  const missing = MEMBERS.required.filter((member) => !members.includes(member));
  if (missing.length > 0) refuse(`the members ${MEMBERS.required.join(', ')}`, members, `Add ${missing[0]}.`);
  const unknown = members.find((member) => ![...MEMBERS.required, ...MEMBERS.optional].includes(member));
  if (unknown) refuse('the members of a plan', unknown, `Remove ${unknown}, or correct its name.`);
  if (!['drawn', 'photographs'].includes(plan.data.kind))
    refuse('data of a kind: drawn or photographs', plan.data.kind, 'Write "kind": "drawn" for drawn faces.');
  const { heldOutPeople, lfw, ytf } = plan.data as Partial<PhotographData>;
  if (!heldOutPeople && !lfw && !ytf)
    refuse('somebody to judge by', 'no held-out people and no other test', 'Raise data.heldOutPeople.');
  const arms = Object.keys(plan.arms);
  if (arms.length === 0) refuse('at least one arm', arms, 'Add one: "ce": { "loss": "ce" }.');
  for (const { loss, options } of Object.values(plan.arms))
    if (loss !== null) headByName(loss, options ?? {});
  const { pretrained, sha256 } = plan.backbone as Partial<PretrainedNetwork>;
  if (pretrained !== undefined && !/^[0-9a-f]{64}$/.test(sha256 ?? ''))
    refuse('the SHA-256 of the pretrained file', sha256, 'Write the 64 digits that sha256sum prints for it.');
  for (const data of [plan.data, ...Object.values(plan.conditions ?? {})])
    if (data.clean !== undefined && !/^[0-9a-f]{64}$/.test(data.clean.sha256))
      refuse(
        'the SHA-256 of the cleaning network',
        data.clean.sha256,
        'Write the 64 digits that sha256sum prints for it.',
      );
  const unwritable = Object.keys(plan.conditions ?? {}).find((name) => !fitsFileName(name));
  if (unwritable !== undefined)
    refuse(
      'names of conditions of at most 200 bytes, without / and \\',
      unwritable,
      'Rename it: files are named after it.',
    );
  const idle = arms.find((arm) => plan.arms[arm]!.loss === null);
  if (idle && !pretrained?.endsWith('.onnx'))
    refuse(`a loss for ${idle}`, null, 'Name one: only an ONNX file can be judged without training.');
  const strangeOption =
    pretrained !== undefined && Object.keys(plan.recipe ?? {}).find((name) => !FINE_TUNING.includes(name));
  if (strangeOption)
    refuse(
      `a recipe of ${FINE_TUNING.join(', ')}`,
      strangeOption,
      `Remove ${strangeOption}: the rest is the recipe for fine-tuning.`,
    );
  const strange = (plan.comparisons ?? []).flat().find((arm) => !arms.includes(arm));
  if (strange) refuse(`comparisons of arms: ${arms.join(', ')}`, strange, 'Correct the name.');
  const { seeds, tuning } = plan;
  if (seeds.length === 0 || !seeds.every(Number.isSafeInteger) || new Set(seeds).size < seeds.length)
    refuse('seeds that are different integers', seeds, 'Write for example "seeds": [1, 2, 3, 4, 5].');
  if (tuning && (tuning.grid.length === 0 || seeds.includes(tuning.seed)))
    refuse('a grid, and a seed that is none of the plan’s', tuning, 'Choose another seed for tuning.');
  if (tuning?.condition && !Object.hasOwn(plan.conditions ?? {}, tuning.condition))
    refuse('tuning under one of the conditions', tuning.condition, 'Correct the name.');
  return plan;
}

/** A condition's name is the beginning of file names, which may have 255 bytes. */
const fitsFileName = (name: string) => !/[/\\\0]/.test(name) && Buffer.byteLength(name) <= 200;
