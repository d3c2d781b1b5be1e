import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { EnrolledPeople, Gallery, Recognizer } from '@hm/recognize';
import { type OpenModelOptions, openModel } from '../../open-model.ts';
import { modelOptions } from '../../options/model-options.ts';

/** Adds the option of all commands that open a gallery. */
const galleryOption = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) => command.option('--gallery <file>', 'gallery file', 'people.gallery');

/** Adds the options of commands that need only the gallery's file. */
export const enrolledOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) => galleryOption(command).option('--json', 'print JSON');

/** Adds the options of commands that compare faces with a calibrated network. */
export const calibratedOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) =>
  modelOptions(
    command
      .option('--model <file>', 'ONNX file of the network (default: the one that npm installed)')
      .option('--calibration <file>', 'calibration file of hm eval --calibration; its --flip is used'),
  );

/** Adds the options of commands that open a gallery with its network. */
export const galleryOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) => calibratedOptions(galleryOption(command));

interface CalibratedOptions extends Omit<OpenModelOptions, 'calibration'> {
  model?: string;
  calibration?: string;
}

/** Opens the people of a gallery without a network, calls `task`, and releases them. */
export async function withEnrolled<T>(
  path: string,
  task: (people: EnrolledPeople) => Promise<T>,
): Promise<T> {
  const { enrolledPeople } = await import('@hm/recognize');
  const people = await enrolledPeople(path);
  try {
    return await task(people);
  } finally {
    await people.release();
  }
}

/** Opens a gallery and its network, calls `task`, and releases both. */
export async function withGallery<T>(
  where: string,
  { gallery: path, ...options }: CalibratedOptions & { gallery: string },
  task: (gallery: Gallery, recognizer: Recognizer) => Promise<T>,
): Promise<T> {
  const recognizer = await withCalibration(where, options);
  try {
    const { openGallery } = await import('@hm/recognize');
    const gallery = await openGallery(path, recognizer);
    try {
      return await task(gallery, recognizer);
    } finally {
      await gallery.release();
    }
  } finally {
    await recognizer.release();
  }
}

/** Opens the model with its calibration, whose `flip` overrides that of the options. */
export async function withCalibration(
  where: string,
  { model, calibration: path, ...options }: CalibratedOptions,
): Promise<Recognizer> {
  const calibration =
    path === undefined ? undefined : await (await import('@hm/eval')).readModelCalibration(path);
  return openModel(where, model, { ...options, flip: calibration?.flip ?? options.flip, calibration });
}
