export { type AveragedWindow, averageWindows, type Window } from './average-windows.ts';
export { badImage } from './bad-image.ts';
export { type DecodeOptions, decodeImage } from './decode/decode-image.ts';
export { type EncodeOptions, encodeImage, type ImageFormat } from './encode-image.ts';
export { type ImageExtension, imageExtension, rasterFormat } from './image-format.ts';
export { type EncodedSource, type FileRange, type ImageSource, readEncoded } from './image-source.ts';
export { inOrder } from './in-order.ts';
export {
  isImageName,
  isLeftBehind,
  isLeftBehindPath,
  isOtherImageName,
  unusedFile,
} from './list/entry-names.ts';
export { type ImageListing, listImages } from './list/list-images.ts';
export { type FolderEntry, type ReadFolderOptions, readFolder, realFolder } from './list/read-folder.ts';
export type { SkippedEntry } from './list/skipped-entry.ts';
export { resizePixels } from './resize-pixels.ts';
export type { RgbImage } from './rgb-image.ts';
export { rgbOf } from './rgb-of.ts';
export { shrinkPixels } from './shrink-pixels.ts';
export { warpPixels } from './warp-pixels.ts';
