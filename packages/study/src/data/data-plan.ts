/** Split of the people into three disjoint groups: for training, for choosing the checkpoint, and for the test. */
interface People {
  /** Number of people whose images choose checkpoint and setting; they are in no test. */
  validationPeople: number;
  /** Number of people of the same kind for a test in ten folds; 0 if the other tests are enough. */
  heldOutPeople: number;
  /** Number of pairs in each of those folds, an even number; validation has ten times as many in all. */
  pairsPerFold: number;
  /** Share of the training images whose label is replaced by a random other person. Default 0. */
  labelNoise?: number;
  /** Network that finds mislabeled images, after the noise, to leave out of training. Default: nothing. */
  clean?: CleaningNetwork;
  /** Seed of the split, the pairs and the noise. */
  seed: number;
}

/** Network whose embeddings `findMislabeled` uses to find images of somebody else. */
export interface CleaningNetwork {
  /** Path of an ONNX file, relative to the study's `root`. */
  model: string;
  /** SHA-256 of the file; the configurations depend on it. */
  sha256: string;
}

/** Rendered faces. */
export interface DrawnData extends People {
  kind: 'drawn';
  /** Number of identities to train on. */
  identities: number;
  /** Number of images of each person, in all groups. */
  imagesPerIdentity: number;
  /** Hardness of the faces, from 0 to 1. */
  hardness: number;
}

/** Aligned photographs. Paths are relative to the study's `root`. */
export interface PhotographData extends People {
  kind: 'photographs';
  /** Photographs to train on, in any form that `openDataset` opens. */
  faces: string;
  /** File with people to leave out, one per line, or `casia-lfw`, the people of CASIA-WebFace who are in LFW. */
  exclude?: string;
  /** Largest number of images of each person, evenly spread. Default: all. */
  imagesPerPerson?: number;
  /** LFW, or a folder in its form, as another test, and its list of pairs. Default: `pairs.txt` in it or beside it. */
  lfw?: { images: string; pairs?: string };
  /** YouTube Faces as another test, and its list of pairs. Default: `splits.txt` in the folder or beside it. */
  ytf?: { images: string; pairs?: string };
}
