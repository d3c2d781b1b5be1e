import { Option } from '@commander-js/extra-typings';
import { finiteNumber, imageSize } from './parse-option.ts';

/** Option for models without hm metadata, like the three below; `preprocessingFromOptions` reads all four. */
export const sizeOption = () =>
  new Option('--size <pixels>', 'input size, 112 or 112x96 (height x width)').argParser(imageSize);

export const meanOption = () =>
  new Option('--mean <number>', 'value subtracted from each 8-bit pixel value, for example 127.5').argParser(
    finiteNumber,
  );

export const scaleOption = () =>
  new Option('--scale <number>', 'divisor after the subtraction, for example 128').argParser(finiteNumber);

export const channelsOption = () =>
  new Option('--channels <order>', 'channel order').choices(['rgb', 'bgr'] as const);
