const convolution = (name: string, index: number, size: number, input: number, output: number) => ({
  [`${name}/conv${index}/weights`]: [size, size, input, output],
  [`${name}/conv${index}/bias`]: [output],
  [`${name}/prelu${index}_alpha`]: [output],
});

const dense = (name: string, input: number, output: number) => ({
  [`${name}/weights`]: [input, output],
  [`${name}/bias`]: [output],
});

const head = (name: string, output: number) => ({
  [`${name}/weights`]: [1, 1, 32, output],
  [`${name}/bias`]: [output],
});

/** Shape of every tensor in the weights file: 495,850 numbers. */
export const shapes: Readonly<Record<string, readonly number[]>> = {
  ...convolution('pnet', 1, 3, 3, 10),
  ...convolution('pnet', 2, 3, 10, 16),
  ...convolution('pnet', 3, 3, 16, 32),
  ...head('pnet/conv4_1', 2),
  ...head('pnet/conv4_2', 4),
  ...convolution('rnet', 1, 3, 3, 28),
  ...convolution('rnet', 2, 3, 28, 48),
  ...convolution('rnet', 3, 2, 48, 64),
  ...dense('rnet/fc1', 576, 128),
  'rnet/prelu4_alpha': [128],
  ...dense('rnet/fc2_1', 128, 2),
  ...dense('rnet/fc2_2', 128, 4),
  ...convolution('onet', 1, 3, 3, 32),
  ...convolution('onet', 2, 3, 32, 64),
  ...convolution('onet', 3, 3, 64, 64),
  ...convolution('onet', 4, 2, 64, 128),
  ...dense('onet/fc1', 1152, 256),
  'onet/prelu5_alpha': [256],
  ...dense('onet/fc2_1', 256, 2),
  ...dense('onet/fc2_2', 256, 4),
  ...dense('onet/fc2_3', 256, 10),
};
