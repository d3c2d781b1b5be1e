/** Training in a web page, on onnxruntime-web. */
export { type Person, people } from '@hm/datasets/browser';
export { type IndexedDbStoreOptions, indexedDbStore } from './browser/indexed-db-store.ts';
export type { PageStore } from './browser/page-store.ts';
export { type PageRun, type PageTrainOptions, train } from './browser/train.ts';
export type { TrainEvent } from './observe/events.ts';
export { type FineTuneOptions, fineTune } from './recipe/fine-tune.ts';
export { paper, quick, type Recipe } from './recipe/recipe.ts';
