import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Gallery, Recognizer } from '@hm/recognize';
import { modelOptions } from '../../model-options.ts';
import { type OpenModelOptions, openModel } from '../../open-model.ts';

/** Options of every command that opens a gallery. */
export const galleryOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) =>
  modelOptions(
    command
      .option('--gallery <file>', 'gallery file', 'people.gallery')
      .option('--model <file>', 'ONNX file of the network (default: the one that npm installed)')
      .option('--calibration <file>', 'calibration file of hm eval --calibration; its --flip is used'),
  );

interface GalleryOptions extends Omit<OpenModelOptions, 'calibration'> {
  gallery: string;
  model?: string;
  calibration?: string;
}

/** Runs a task with a gallery open. */
export async function withGallery<T>(
  where: string,
  options: GalleryOptions,
  task: (gallery: Gallery, recognizer: Recognizer) => Promise<T>,
): Promise<T> {
  const recognizer = await withCalibration(where, options);
  try {
    const { openGallery } = await import('@hm/recognize');
    const gallery = await openGallery(options.gallery, recognizer);
    try {
      return await task(gallery, recognizer);
    } finally {
      await gallery.release();
    }
  } finally {
    await recognizer.release();
  }
}

/** Opens the model with its calibration's use of the mirrored image. */
export async function withCalibration(
  where: string,
  {
    model,
    calibration: path,
    gallery: _,
    ...options
  }: Omit<GalleryOptions, 'gallery'> & { gallery?: string },
): Promise<Recognizer> {
  const calibration =
    path === undefined ? undefined : await (await import('@hm/eval')).readModelCalibration(path);
  return openModel(where, model, { ...options, flip: calibration?.flip ?? options.flip, calibration });
}
