import { Rng } from '@hm/tensor/host';
import { expect, it } from 'vitest';
import { drawIdentity, type Identity } from './identity.ts';
import { drawNuisance } from './nuisance.ts';
import { type View, viewOf } from './pose.ts';

const exact = { roll: 0, zoom: 1, x: 0, y: 0 };
const nuisance = { ...drawNuisance(Rng.of(1), 0), misalignment: exact };

/** Eyes, nose tip and mouth corners of a head, and where the published template has them. */
const landmarks = ({ eyes, nose, mouth }: Identity) => [
  { at: [-eyes.gap, 0, 42], template: [38.2946, 51.6963] },
  { at: [eyes.gap, 0, 42], template: [73.5318, 51.5014] },
  { at: [0, nose.length, 45 + nose.height], template: [56.0252, 71.7366] },
  { at: [-mouth.width, mouth.y, 42], template: [41.5493, 92.3655] },
  { at: [mouth.width, mouth.y, 42], template: [70.7299, 92.2041] },
];

function squaredErrors(identity: Identity, { rotation: r, a, b, tx, ty }: View): number[] {
  return landmarks(identity).map(({ at, template }) => {
    const [x, y] = [0, 3].map((row) => r[row]! * at[0]! + r[row + 1]! * at[1]! + r[row + 2]! * at[2]!);
    const dx = a * x! - b * y! + tx - template[0]!;
    const dy = b * x! + a * y! + ty - template[1]!;
    return dx * dx + dy * dy;
  });
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

it('puts the average face, seen from the front, on the ArcFace template', () => {
  const average = drawIdentity(Rng.of(1), 0);
  const view = viewOf(average, { ...nuisance, pose: { yaw: 0, pitch: 0 } }, 112);
  expect(Math.max(...squaredErrors(average, view))).toBeLessThan(1);
});

it('leaves no similarity that would bring a turned face closer to the template', () => {
  const identity = drawIdentity(Rng.of(2), 1);
  const view = viewOf(identity, { ...nuisance, pose: { yaw: 0.5, pitch: -0.2 } }, 112);
  const best = sum(squaredErrors(identity, view));
  for (const key of ['a', 'b', 'tx', 'ty'] as const) {
    for (const step of [-1e-3, 1e-3]) {
      expect(sum(squaredErrors(identity, { ...view, [key]: view[key] + step }))).toBeGreaterThan(best);
    }
  }
});

it('turns, zooms and shifts the aligned picture about its middle by what the detector was off', () => {
  const identity = drawIdentity(Rng.of(3), 1);
  const aligned = viewOf(identity, nuisance, 112);
  const off = viewOf(
    identity,
    { ...nuisance, misalignment: { roll: Math.PI / 2, zoom: 2, x: 3, y: 4 } },
    224,
  );
  const [x, y] = [aligned.tx - 56, aligned.ty - 56];
  expect(off.tx).toBeCloseTo(-4 * y + 2 * (56 + 3), 3);
  expect(off.ty).toBeCloseTo(4 * x + 2 * (56 + 4), 3);
});
