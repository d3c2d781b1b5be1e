import type { VerificationResult } from '../verification/verification-result.ts';

/** An evaluation, with the training that produced the model. */
export interface EvaluatedRun {
  result: VerificationResult;
  /** Name of the loss, such as `hm-arcface`; default: what the result's metadata says. */
  loss?: string | undefined;
  /** Name of the training set; default: judged by how many people the metadata says it has. */
  trainedOn?: string | undefined;
}

/** A run with its loss and training set, as far as they are known. */
export interface NamedRun {
  result: VerificationResult;
  loss: string | undefined;
  trainedOn: string | undefined;
  backbone: string | undefined;
}

/** Range of the numbers of people in the releases and cleaned lists of the paper's two training sets. */
const sets: [name: string, least: number, most: number][] = [
  ['CASIA-WebFace', 10_500, 10_575],
  ['MS-Celeb-1M', 70_000, 100_000],
];

/** Fills in a run's loss, training set and backbone from the model's metadata where the caller does not give them. */
export function nameRun({ result, loss, trainedOn }: EvaluatedRun): NamedRun {
  const entry = (key: string) => parse(result.metadata?.[key]);
  const training = entry('hm.training') as { data?: { classes?: number } } | undefined;
  return {
    result,
    loss: loss ?? result.metadata?.['hm.loss'],
    trainedOn: trainedOn ?? setOf(training?.data?.classes),
    backbone: (entry('hm.backbone') as { name?: string } | undefined)?.name,
  };
}

function setOf(classes: number | undefined): string | undefined {
  if (classes === undefined) return undefined;
  const known = sets.find(([, least, most]) => classes >= least && classes <= most);
  return known?.[0] ?? `${classes.toLocaleString('en')} people`;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
