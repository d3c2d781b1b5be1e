import type { ModelCalibration } from '@hm/eval/browser';

/**
 * Calibrations of dlib's network. They use every pair of up to 25 photographs of each person who is not in LFW, from
 * a public collection of celebrities, and were written by `tools/study/calibrate-recognizer.mjs --begins pins_`. The
 * pairs share people and photographs, so the intervals are narrower than they should be.
 */
export const dlibCalibrations: readonly ModelCalibration[] = [
  {
    model: 'dlib',
    protocol: '2249 photographs of 90 people, every pair',
    flip: 'off',
    confidence: 0.95,
    genuine: 26976,
    impostors: 2500900,
    thresholds: [
      {
        far: 0.1,
        threshold: 0.1070121,
        falseAccepts: 250090,
        impostors: 2500900,
        tar: 0.9879152,
        thresholdInterval: {
          low: 0.1069503,
          high: 0.1070723,
        },
        farInterval: {
          low: 0.09962845,
          high: 0.1003725,
        },
        tarInterval: {
          low: 0.9865389,
          high: 0.9891848,
        },
      },
      {
        far: 0.01,
        threshold: 0.08118847,
        falseAccepts: 25009,
        impostors: 2500900,
        tar: 0.8974644,
        thresholdInterval: {
          low: 0.08108593,
          high: 0.08127941,
        },
        farInterval: {
          low: 0.009877052,
          high: 0.01012408,
        },
        tarInterval: {
          low: 0.893783,
          high: 0.90106,
        },
      },
      {
        far: 0.001,
        threshold: 0.06655931,
        falseAccepts: 2500,
        impostors: 2500900,
        tar: 0.7306495,
        thresholdInterval: {
          low: 0.06636488,
          high: 0.06679285,
        },
        farInterval: {
          low: 0.0009608535,
          high: 0.00103959,
        },
        tarInterval: {
          low: 0.7253124,
          high: 0.7359368,
        },
      },
      {
        far: 0.0001,
        threshold: 0.05681603,
        falseAccepts: 250,
        impostors: 2500900,
        tar: 0.5406658,
        thresholdInterval: {
          low: 0.05623128,
          high: 0.0572421,
        },
        farInterval: {
          low: 8.795604e-5,
          high: 0.0001131536,
        },
        tarInterval: {
          low: 0.5346963,
          high: 0.5466265,
        },
      },
      {
        far: 1e-5,
        threshold: 0.04899347,
        falseAccepts: 25,
        impostors: 2500900,
        tar: 0.3581332,
        thresholdInterval: {
          low: 0.04769837,
          high: 0.04994125,
        },
        farInterval: {
          low: 6.469154e-6,
          high: 1.475663e-5,
        },
        tarInterval: {
          low: 0.3524087,
          high: 0.3638882,
        },
      },
      {
        far: 1e-6,
        threshold: 0.04279364,
        falseAccepts: 2,
        impostors: 2500900,
        tar: 0.2164517,
        thresholdInterval: {
          low: null,
          high: 0.04541473,
        },
        farInterval: {
          low: 9.684886e-8,
          high: 2.888832e-6,
        },
        tarInterval: {
          low: 0.2115494,
          high: 0.221415,
        },
      },
    ],
    probability: {
      kind: 'platt',
      slope: -170.8438,
      intercept: 11.34047,
    },
  },
  {
    model: 'dlib',
    protocol: '2249 photographs of 90 people, every pair',
    flip: 'sum',
    confidence: 0.95,
    genuine: 26976,
    impostors: 2500900,
    thresholds: [
      {
        far: 0.1,
        threshold: 0.1027213,
        falseAccepts: 250090,
        impostors: 2500900,
        tar: 0.9900652,
        thresholdInterval: {
          low: 0.1026559,
          high: 0.1027865,
        },
        farInterval: {
          low: 0.09962845,
          high: 0.1003725,
        },
        tarInterval: {
          low: 0.9888089,
          high: 0.9912143,
        },
      },
      {
        far: 0.01,
        threshold: 0.07738241,
        falseAccepts: 25009,
        impostors: 2500900,
        tar: 0.918965,
        thresholdInterval: {
          low: 0.07728393,
          high: 0.07748564,
        },
        farInterval: {
          low: 0.009877052,
          high: 0.01012408,
        },
        tarInterval: {
          low: 0.9156447,
          high: 0.9221947,
        },
      },
      {
        far: 0.001,
        threshold: 0.063279,
        falseAccepts: 2500,
        impostors: 2500900,
        tar: 0.7700549,
        thresholdInterval: {
          low: 0.06307874,
          high: 0.06347657,
        },
        farInterval: {
          low: 0.0009608535,
          high: 0.00103959,
        },
        tarInterval: {
          low: 0.7649859,
          high: 0.7750656,
        },
      },
      {
        far: 0.0001,
        threshold: 0.05337865,
        falseAccepts: 250,
        impostors: 2500900,
        tar: 0.5761047,
        thresholdInterval: {
          low: 0.0530407,
          high: 0.05387304,
        },
        farInterval: {
          low: 8.795604e-5,
          high: 0.0001131536,
        },
        tarInterval: {
          low: 0.5701811,
          high: 0.5820119,
        },
      },
      {
        far: 1e-5,
        threshold: 0.04485972,
        falseAccepts: 25,
        impostors: 2500900,
        tar: 0.3644351,
        thresholdInterval: {
          low: 0.0434866,
          high: 0.04613417,
        },
        farInterval: {
          low: 6.469154e-6,
          high: 1.475663e-5,
        },
        tarInterval: {
          low: 0.3586882,
          high: 0.3702111,
        },
      },
      {
        far: 1e-6,
        threshold: 0.04019706,
        falseAccepts: 2,
        impostors: 2500900,
        tar: 0.2447731,
        thresholdInterval: {
          low: null,
          high: 0.04205995,
        },
        farInterval: {
          low: 9.684886e-8,
          high: 2.888832e-6,
        },
        tarInterval: {
          low: 0.2396516,
          high: 0.2499497,
        },
      },
    ],
    probability: {
      kind: 'platt',
      slope: -184.2309,
      intercept: 11.56,
    },
  },
];
