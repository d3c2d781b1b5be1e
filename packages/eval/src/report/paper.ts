/** A row of the hard-mining paper's Tables 1 and 2: one loss, accuracies in percent. */
export interface PaperRow {
  /** Name of the loss in @hm/losses. */
  loss: string;
  label: string;
  lfw: number;
  ytf: number;
}

/** A table of the paper: ResNet-18 trained on one set with six losses. */
export interface PaperTable {
  number: number;
  trainedOn: string;
  rows: readonly PaperRow[];
}

const labels = new Map(
  Object.entries({
    ce: 'Cross-Entropy',
    'hm-ce': 'Hard-Mining Cross-Entropy',
    'a-softmax': 'Angular-Softmax',
    'hm-a-softmax': 'Hard-Mining Angular-Softmax',
    arcface: 'ArcFace',
    'hm-arcface': 'Hard-Mining ArcFace',
  }),
);

/** Returns the paper's name of a loss, or our own if the paper has none. */
export const lossLabel = (loss: string): string => labels.get(loss) ?? loss;

const rows = (accuracies: Record<string, [lfw: number, ytf: number]>): PaperRow[] =>
  Object.entries(accuracies).map(([loss, [lfw, ytf]]) => ({ loss, label: lossLabel(loss), lfw, ytf }));

/** Tables 1 and 2 of the paper, as printed. */
export const paperTables: readonly PaperTable[] = [
  {
    number: 1,
    trainedOn: 'CASIA-WebFace',
    rows: rows({
      ce: [95.35, 91.8],
      'hm-ce': [96.75, 93.1],
      'a-softmax': [97.12, 93.9],
      'hm-a-softmax': [97.3, 94.1],
      arcface: [97.79, 94.54],
      'hm-arcface': [97.9, 94.67],
    }),
  },
  {
    number: 2,
    trainedOn: 'MS-Celeb-1M',
    rows: rows({
      ce: [95.1, 92.45],
      'hm-ce': [95.1, 92.5],
      'a-softmax': [96.9, 94.1],
      'hm-a-softmax': [97.05, 93.8],
      arcface: [97.6, 95.1],
      'hm-arcface': [98, 94.9],
    }),
  },
];
