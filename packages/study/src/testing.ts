import type { StudyPlan } from './plan.ts';

/** Plan that runs in seconds: two arms, a grid of two, two seeds. */
export const tinyPlan: StudyPlan = {
  name: 'tiny',
  question: 'Does anything run?',
  data: {
    kind: 'drawn',
    ...{ identities: 6, imagesPerIdentity: 6, hardness: 0.2, labelNoise: 0.25 },
    ...{ validationPeople: 4, heldOutPeople: 20, pairsPerFold: 4, seed: 3 },
  },
  backbone: { name: 'resnet18', stem: 'face', width: 2, embeddingSize: 8, imageSize: [16, 16] },
  recipe: { epochs: 2, batchSize: 12, schedule: { kind: 'constant' } },
  arms: { ce: { loss: 'ce' }, 'hm-ce': { loss: 'hm-ce', recipe: { learningRateFactor: 1.5 } } },
  seeds: [1, 2],
  tuning: { grid: [{ learningRate: 0.01 }, { learningRate: 0.02 }], seed: 9 },
  comparisons: [['ce', 'hm-ce']],
};
