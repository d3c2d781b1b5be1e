import type { ModelCalibration } from '@hm/eval/browser';

/**
 * Calibrations of the MobileFaceNet of the conventions, measured as for dlib:
 * `tools/study/calibrate-recognizer.mjs --network mobilefacenet.onnx --begins pins_`. Its training photographs are
 * unknown and may show the same people.
 */
export const mobileFaceNetCalibrations: readonly ModelCalibration[] = [
  {
    model: 'mobilefacenet.onnx',
    protocol: '2249 photographs of 90 people, every pair',
    flip: 'off',
    confidence: 0.95,
    genuine: 26976,
    impostors: 2500900,
    thresholds: [
      {
        far: 0.1,
        threshold: 0.8303151,
        falseAccepts: 250090,
        impostors: 2500900,
        tar: 0.9792408,
        thresholdInterval: {
          low: 0.8300757,
          high: 0.8305567,
        },
        farInterval: {
          low: 0.09962845,
          high: 0.1003725,
        },
        tarInterval: {
          low: 0.9774683,
          high: 0.980909,
        },
      },
      {
        far: 0.01,
        threshold: 0.7066934,
        falseAccepts: 25009,
        impostors: 2500900,
        tar: 0.9144795,
        thresholdInterval: {
          low: 0.7061795,
          high: 0.7072338,
        },
        farInterval: {
          low: 0.009877052,
          high: 0.01012408,
        },
        tarInterval: {
          low: 0.911079,
          high: 0.9177905,
        },
      },
      {
        far: 0.001,
        threshold: 0.6195703,
        falseAccepts: 2500,
        impostors: 2500900,
        tar: 0.814094,
        thresholdInterval: {
          low: 0.6183404,
          high: 0.6207898,
        },
        farInterval: {
          low: 0.0009608535,
          high: 0.00103959,
        },
        tarInterval: {
          low: 0.8093993,
          high: 0.8187209,
        },
      },
      {
        far: 0.0001,
        threshold: 0.5528283,
        falseAccepts: 250,
        impostors: 2500900,
        tar: 0.7002891,
        thresholdInterval: {
          low: 0.5504489,
          high: 0.555444,
        },
        farInterval: {
          low: 8.795604e-5,
          high: 0.0001131536,
        },
        tarInterval: {
          low: 0.6947822,
          high: 0.7057529,
        },
      },
      {
        far: 1e-5,
        threshold: 0.5037676,
        falseAccepts: 25,
        impostors: 2500900,
        tar: 0.5932681,
        thresholdInterval: {
          low: 0.4891624,
          high: 0.5088991,
        },
        farInterval: {
          low: 6.469154e-6,
          high: 1.475663e-5,
        },
        tarInterval: {
          low: 0.5873779,
          high: 0.5991382,
        },
      },
      {
        far: 1e-6,
        threshold: 0.4218334,
        falseAccepts: 2,
        impostors: 2500900,
        tar: 0.3793372,
        thresholdInterval: {
          low: null,
          high: 0.4695225,
        },
        farInterval: {
          low: 9.684886e-8,
          high: 2.888832e-6,
        },
        tarInterval: {
          low: 0.3735416,
          high: 0.3851588,
        },
      },
    ],
    probability: {
      kind: 'platt',
      slope: -27.98568,
      intercept: 16.78507,
    },
  },
  {
    model: 'mobilefacenet.onnx',
    protocol: '2249 photographs of 90 people, every pair',
    flip: 'sum',
    confidence: 0.95,
    genuine: 26976,
    impostors: 2500900,
    thresholds: [
      {
        far: 0.1,
        threshold: 0.8291177,
        falseAccepts: 250090,
        impostors: 2500900,
        tar: 0.9817986,
        thresholdInterval: {
          low: 0.8288588,
          high: 0.8293598,
        },
        farInterval: {
          low: 0.09962845,
          high: 0.1003725,
        },
        tarInterval: {
          low: 0.980132,
          high: 0.9833603,
        },
      },
      {
        far: 0.01,
        threshold: 0.7043736,
        falseAccepts: 25009,
        impostors: 2500900,
        tar: 0.9205219,
        thresholdInterval: {
          low: 0.7037712,
          high: 0.7049932,
        },
        farInterval: {
          low: 0.009877052,
          high: 0.01012408,
        },
        tarInterval: {
          low: 0.9172302,
          high: 0.9237228,
        },
      },
      {
        far: 0.001,
        threshold: 0.6170023,
        falseAccepts: 2500,
        impostors: 2500900,
        tar: 0.8274763,
        thresholdInterval: {
          low: 0.6155585,
          high: 0.6181971,
        },
        farInterval: {
          low: 0.0009608535,
          high: 0.00103959,
        },
        tarInterval: {
          low: 0.8229137,
          high: 0.8319682,
        },
      },
      {
        far: 0.0001,
        threshold: 0.5497039,
        falseAccepts: 250,
        impostors: 2500900,
        tar: 0.7176379,
        thresholdInterval: {
          low: 0.5461788,
          high: 0.5527801,
        },
        farInterval: {
          low: 8.795604e-5,
          high: 0.0001131536,
        },
        tarInterval: {
          low: 0.7122244,
          high: 0.7230045,
        },
      },
      {
        far: 1e-5,
        threshold: 0.4954078,
        falseAccepts: 25,
        impostors: 2500900,
        tar: 0.5989769,
        thresholdInterval: {
          low: 0.4889326,
          high: 0.5044815,
        },
        farInterval: {
          low: 6.469154e-6,
          high: 1.475663e-5,
        },
        tarInterval: {
          low: 0.5930994,
          high: 0.604833,
        },
      },
      {
        far: 1e-6,
        threshold: 0.4500465,
        falseAccepts: 2,
        impostors: 2500900,
        tar: 0.4889902,
        thresholdInterval: {
          low: null,
          high: 0.4608284,
        },
        farInterval: {
          low: 9.684886e-8,
          high: 2.888832e-6,
        },
        tarInterval: {
          low: 0.4830079,
          high: 0.4949749,
        },
      },
    ],
    probability: {
      kind: 'platt',
      slope: -28.13825,
      intercept: 16.75588,
    },
  },
];
