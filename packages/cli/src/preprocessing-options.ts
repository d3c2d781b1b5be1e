import { Option } from '@commander-js/extra-typings';
import { finiteNumber, imageSize } from './parse-option.ts';

/** How images are prepared for a model that does not say so itself; `preprocessingFromOptions` reads these. */
export const sizeOption = () =>
  new Option('--size <pixels>', 'input size, 112 or 112x96 (height x width)').argParser(imageSize);

export const meanOption = () =>
  new Option('--mean <number>', 'what is subtracted from each 8-bit value, 127.5 for example').argParser(
    finiteNumber,
  );

export const scaleOption = () =>
  new Option('--scale <number>', 'what the difference is divided by, 128 for example').argParser(
    finiteNumber,
  );

export const channelsOption = () =>
  new Option('--channels <order>', 'order of the colours').choices(['rgb', 'bgr'] as const);
