/** The part of the package that also runs in a browser: photographs as pixels, batches without threads. */
export { type Augmentation, flipOnly, standard } from './augment/augmentation.ts';
export { augmentationSchema } from './augment/resolve-augmentation.ts';
export { type PageLoaderOptions, pageLoader } from './browser/page-loader.ts';
export { type Person, people } from './browser/people.ts';
export { checkTrainable } from './check-trainable.ts';
export type { Dataset, Sample } from './dataset.ts';
export type { Loader } from './loader/create-loader.ts';
export {
  defaultPreprocessing,
  type Preprocessing,
  preprocessingFromMetadata,
  preprocessingToMetadata,
} from './loader/preprocessing.ts';
export type { Batch } from './loader/read-epoch.ts';
