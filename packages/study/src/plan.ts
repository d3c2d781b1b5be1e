import { headByName } from '@hm/losses';
import type { BackboneName, ResNetOptions } from '@hm/resnet';
import { readRegularText } from '@hm/tensor/files';
import { americanSpelling, checkArguments, InvalidArgumentError, InvalidDataError } from '@hm/tensor/host';
import type { Recipe } from '@hm/train';
import type { DrawnData, PhotographData } from './data/data-plan.ts';

/** A comparison as plain data: every arm under every condition with every seed. */
export interface StudyPlan {
  name: string;
  /** What is to be found out, in a sentence. */
  question: string;
  data: PhotographData | DrawnData;
  /** Changes of the data, by name: each is a comparison of its own. Default: the data as they are. */
  conditions?: Readonly<Record<string, Partial<PhotographData> | Partial<DrawnData>>>;
  backbone: NewNetwork | PretrainedNetwork;
  /** What differs from the paper's recipe; of a pretrained network, options of `fineTune`. */
  recipe?: Partial<Recipe>;
  /** Compared results, by name. */
  arms: Readonly<Record<string, StudyArm>>;
  /** One of each arm's: first weights, batches and augmentation are the same for all arms of a seed. */
  seeds: readonly number[];
  /** The same search for each arm: the setting with the best validation is trained with every seed. */
  tuning?: StudyTuning;
  /** Differences that are tested, as names of arms: the second minus the first. Named before anything has run. */
  comparisons?: readonly (readonly [first: string, second: string])[];
}

/** A network with fresh weights, by name. */
export type NewNetwork = { name: BackboneName } & ResNetOptions;

/** The network of a file, which is trained further. */
export interface PretrainedNetwork {
  /** An ONNX file or a `.pth`; the path starts from the folder that the study is given. */
  pretrained: string;
  /** The file's SHA-256, on which all configurations depend. */
  sha256: string;
}

/** One of the things that are compared. */
export interface StudyArm {
  /** A loss's name: `hm-arcface`; null judges a pretrained ONNX file as it is, without training. */
  loss: string | null;
  /** Its options. */
  options?: Readonly<Record<string, unknown>>;
  /** What differs from the plan's recipe; `learningRateFactor` multiplies the learning rate of plan and tuning. */
  recipe?: Partial<Recipe> & { learningRateFactor?: number };
}

/** How arms are tuned. */
export interface StudyTuning {
  /** Changes of the recipe, each tried with each arm. */
  grid: readonly Partial<Recipe>[];
  /** None of the plan's seeds. */
  seed: number;
  /** Tune under this condition, and use what it chose under all. Default: each condition tunes for itself. */
  condition?: string;
}

/**
 * Reads a plan from a JSON file.
 *
 * @throws {InvalidDataError} if the file cannot be read or is no JSON.
 * @throws {InvalidArgumentError} if it is no plan.
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

/** The plan, if it is one. @throws {InvalidArgumentError} */
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
