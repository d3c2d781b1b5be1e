import { type HostTensor, InvalidDataError } from '@hm/tensor/host';

type HostTensors = Record<string, HostTensor>;

/** A backbone's values by the dotted names that files have. */
export interface NamedValues {
  params: HostTensors;
  statistics: HostTensors;
}

/** The error of a file whose values are not those of the backbone. */
export const unusable = (
  path: string,
  received: string,
  cause?: unknown,
  fix = 'Train the backbone that the weights were made with: its name and options are in run.json and in the ONNX metadata.',
) =>
  new InvalidDataError({
    where: path,
    expected: "a run, a checkpoint, an ONNX or .pth file with the backbone's weights",
    received,
    fix,
    fields: { path },
    cause,
  });
