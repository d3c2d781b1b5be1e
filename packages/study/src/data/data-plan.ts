/** Who is trained on, who chooses the checkpoint, and who judges: three groups that share nobody. */
interface People {
  /** People whose images choose checkpoint and setting; in no test. */
  validationPeople: number;
  /** People of the same kind who judge, in ten folds; 0 where the other tests are enough. */
  heldOutPeople: number;
  /** Pairs in each of those folds, an even number; those who choose have ten times as many. */
  pairsPerFold: number;
  /** Share of the training images whose person is replaced by another at random. Default 0. */
  labelNoise?: number;
  /** Leaves out of training what looks mislabeled, after the noise. Default: nothing. */
  clean?: CleaningNetwork;
  /** Of the split, the pairs and the noise. */
  seed: number;
}

/** The network by whose embeddings `findMislabeled` looks for images of somebody else. */
export interface CleaningNetwork {
  /** An ONNX file; the path starts from the folder that the study is given. */
  model: string;
  /** The file's SHA-256, on which the configurations depend. */
  sha256: string;
}

/** Rendered faces. */
export interface DrawnData extends People {
  kind: 'drawn';
  /** To train on. */
  identities: number;
  /** Of each person, in all groups. */
  imagesPerIdentity: number;
  /** 0 to 1. */
  hardness: number;
}

/** Aligned photographs. Paths start from the folder that the study is given. */
export interface PhotographData extends People {
  kind: 'photographs';
  /** To train on, in any form that `openDataset` opens. */
  faces: string;
  /** File with people to leave out, one a line, or `casia-lfw`, the people of CASIA-WebFace who are in LFW. */
  exclude?: string;
  /** At most so many of each person, evenly spread. Default: all. */
  imagesPerPerson?: number;
  /** LFW, or a folder in its form, to be judged by as well; and its list of pairs. Default: `pairs.txt` in it or beside it. */
  lfw?: { images: string; pairs?: string };
  /** YouTube Faces, to be judged by as well; and its list of pairs. Default: `splits.txt` in the folder or beside it. */
  ytf?: { images: string; pairs?: string };
}
