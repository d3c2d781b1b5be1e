export {
  type AffineOptions,
  type Augmentation,
  adaFace,
  type BlurOptions,
  type ColorOptions,
  type CropOptions,
  type CutoutOptions,
  type FlipOptions,
  flipOnly,
  type GrayscaleOptions,
  type JpegOptions,
  type LowResolutionOptions,
  standard,
} from './augment/augmentation.ts';
export { augmentationSchema } from './augment/resolve-augmentation.ts';
export { checkTrainable } from './check-trainable.ts';
export type { Dataset, ImageSource, PixelSource, Sample } from './dataset.ts';
export { type FetchedLfw, type FetchLfwOptions, fetchLfw } from './fetch/fetch-lfw.ts';
export { type ImageFolder, type ImageFolderOptions, imageFolder } from './image-folder.ts';
export { imageList } from './image-list.ts';
export { inMemory } from './in-memory.ts';
export { type ContactSheet, type ContactSheetOptions, contactSheet } from './inspect/contact-sheet.ts';
export type { IdentityCounts } from './inspect/identity-counts.ts';
export { type ImageAdviceOptions, imageAdvice } from './inspect/image-advice.ts';
export {
  type DatasetReport,
  type Duplicates,
  type InspectOptions,
  inspectDataset,
} from './inspect/inspect-dataset.ts';
export type { Encoding } from './jobs/encode-job.ts';
export { type LfwPairsOptions, lfwPairs } from './lfw/lfw-pairs.ts';
export { type NamedImage, type NamedPair, type PairList, parsePairs } from './lfw/parse-pairs.ts';
export { type ImageListFile, type ImageListFileOptions, imageListFile } from './lists/image-list-file.ts';
export { imageTable } from './lists/image-table.ts';
export { type PairListOptions, pairList } from './lists/pair-list.ts';
export { batches } from './loader/batches.ts';
export { createLoader, type EpochOptions, type Loader } from './loader/create-loader.ts';
export type { BadSample, LoaderOptions, Shard } from './loader/loader-options.ts';
export { normalizeInto } from './loader/normalize-into.ts';
export {
  defaultPreprocessing,
  type Preprocessing,
  preprocessingFromMetadata,
  preprocessingToMetadata,
} from './loader/preprocessing.ts';
export type { Batch } from './loader/read-epoch.ts';
export { type MsCeleb, type MsCelebOptions, msCeleb } from './ms-celeb/ms-celeb.ts';
export {
  type DatasetFormat,
  datasetFormats,
  type OpenDatasetOptions,
  type OpenedDataset,
  openDataset,
} from './open-dataset.ts';
export { type OpenProtocolOptions, openProtocol } from './open-protocol.ts';
export { type ParquetImages, type ParquetImagesOptions, parquetImages } from './parquet/parquet-images.ts';
export { type WriteParquetOptions, writeParquet } from './parquet/write-parquet.ts';
export { casiaLfwOverlap } from './people/casia-lfw-overlap.ts';
export {
  type ExcludeOptions,
  excludeIdentities,
  type WithoutIdentities,
} from './people/exclude-identities.ts';
export { type HeldOut, type HoldOutOptions, holdOutPeople } from './people/hold-out-people.ts';
export { readNameList } from './people/name-list.ts';
export { type Exclusion, readExclusion } from './people/read-exclusion.ts';
export { type PreloadOptions, preload } from './preload.ts';
export type { ProtocolImage, VerificationPair, VerificationProtocol } from './protocol.ts';
export type { ImageProperty } from './recordio/record-companions.ts';
export { type RecordIo, type RecordIoOptions, recordIo } from './recordio/record-io.ts';
export { type WriteRecordIoOptions, writeRecordIo } from './recordio/write-record-io.ts';
export type { FaceRecipe } from './synthetic/face-recipe.ts';
export {
  type SyntheticFaces,
  type SyntheticFacesOptions,
  syntheticFaces,
} from './synthetic/synthetic-faces.ts';
export { type SyntheticPairsOptions, syntheticPairs } from './synthetic/synthetic-pairs.ts';
export { type TarShards, type TarShardsOptions, tarShards } from './tar/tar-shards.ts';
export { type WriteTarShardsOptions, writeTarShards } from './tar/write-tar-shards.ts';
export { verificationBin } from './verification-bin/verification-bin.ts';
export { writeVerificationBin } from './verification-bin/write-verification-bin.ts';
export { type EncodedSample, type EncodedSamplesOptions, encodedSamples } from './write/encoded-samples.ts';
export {
  type WritableFormat,
  type WriteDatasetOptions,
  type WrittenDataset,
  writableFormats,
  writeDataset,
} from './write/write-dataset.ts';
export { type WriteImageFolderOptions, writeImageFolder } from './write/write-image-folder.ts';
export { writeImageList } from './write/write-image-list.ts';
export type { FrameChoice } from './ytf/choose-frames.ts';
export { parseSplits, type VideoPair, type VideoPairList } from './ytf/parse-splits.ts';
export { type YtfPairsOptions, ytfPairs } from './ytf/ytf-pairs.ts';
