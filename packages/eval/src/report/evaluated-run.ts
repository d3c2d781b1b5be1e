import type { VerificationResult } from '../verification/verification-result.ts';

/** One evaluation, and the training that it is of. */
export interface EvaluatedRun {
  result: VerificationResult;
  /** The loss's name, such as `hm-arcface`; default: what the result's metadata says. */
  loss?: string | undefined;
  /** The training set's name; default: judged by how many people the metadata says it has. */
  trainedOn?: string | undefined;
}

/** A run whose loss and training set were found out; either may be unknown. */
export interface NamedRun {
  result: VerificationResult;
  loss: string | undefined;
  trainedOn: string | undefined;
  backbone: string | undefined;
}

/** Numbers of people in the releases and cleaned lists of the two training sets of the paper. */
const sets: [name: string, least: number, most: number][] = [
  ['CASIA-WebFace', 10_500, 10_575],
  ['MS-Celeb-1M', 70_000, 100_000],
];

/** Finds a run's loss, training set and backbone, where the caller does not say them, in the model's metadata. */
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
