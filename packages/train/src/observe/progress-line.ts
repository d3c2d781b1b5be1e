import { checkArguments } from '@hm/tensor/host';
import type { StepEvent } from './events.ts';

/**
 * Formats a step event as one line for a terminal.
 *
 * @example
 * progressLine(event); // epoch 2/8  step 450/3,016  loss 17.203  accuracy 4.1 %  lr 0.0499  63 images/s  41 min left  0.2 % waiting
 */
export function progressLine(event: StepEvent): string {
  checkArguments('progressLine', { event }, { event: { has: ['kind', 'step'] } });
  const { epoch, epochs, step, steps, loss, accuracy, learningRate } = event;
  const { imagesPerSecond, secondsLeft, waitShare } = event;
  return [
    `epoch ${epoch}/${epochs}`,
    `step ${step.toLocaleString('en')}/${steps.toLocaleString('en')}`,
    `loss ${loss.toFixed(3)}`,
    ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`]),
    `lr ${Number(learningRate.toPrecision(3))}`,
    `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`,
    `${duration(secondsLeft)} left`,
    `${percent(waitShare)} waiting`,
  ].join('  ');
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Formats a duration for people: `50 s`, `7 min`, `3 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
