import { type HostTensor, InvalidDataError } from '@hm/tensor/host';

type HostTensors = Record<string, HostTensor>;

/** Values of a backbone by the dotted names that files use. */
export interface NamedValues {
  params: HostTensors;
  statistics: HostTensors;
}

/** Error for a file whose values do not fit the backbone. */
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
