import { expect, test } from 'vitest';
import { duration, progressLine } from './progress-line.ts';

test('a step as a line', () => {
  const line = progressLine({
    kind: 'step',
    step: 1234,
    steps: 7560,
    epoch: 2,
    epochs: 20,
    loss: 12.34567,
    accuracy: 0.0412,
    learningRate: 0.0123456,
    imagesPerSecond: 62.6,
    secondsLeft: 6480,
    waitShare: 0.0021,
  });
  expect(line).toBe(
    'epoch 2/20  step 1,234/7,560  loss 12.346  accuracy 4.1 %  lr 0.0123  63 images/s  1 h 48 min left  0.2 % waiting',
  );
});

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [3569, '59 min'],
  [3590, '1 h 00 min'],
  [36_300, '10 h 05 min'],
])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));
