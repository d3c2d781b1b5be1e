import { tint } from './colour.ts';
import { bump, clamp, mix, ramp } from './curves.ts';
import { type Coverage, strands } from './hair.ts';
import type { Identity } from './identity.ts';
import type { Part } from './mesh.ts';
import type { Nuisance } from './nuisance.ts';
import { cover, darken, type Paint, type Painter } from './paint.ts';
import { blemishPainter, browPainter, eyePainter } from './paint-eyes.ts';
import { beardPainter, mouthPainter, nosePainter } from './paint-mouth.ts';

/** The painter of each part of a person. */
export function paintersOf(
  identity: Identity,
  nuisance: Nuisance,
  coverage: Coverage,
): Record<Part, Painter> {
  const skin = skinPainter(identity);
  const hair = hairPainter(identity);
  const face = facePainter(identity, nuisance, skin);
  return {
    head: (paint, x, y, angle) => {
      const covered = coverage(y, angle);
      if (covered < 1) {
        if (Math.abs(angle) < 1.1) face(paint, x, y, angle);
        else skin(paint, x, y, angle);
        darken(paint, 0.4 * coverage(y - 5, angle));
      }
      if (covered > 0) hair(paint, y, angle, covered);
    },
    ear: (paint, x, y) => {
      skin(paint, 40, y, 1);
      cover(paint, tint(identity.colours.skin, [0.75, 0.45, 0.42]), 0.5 * bump(x / 3.4, y / 10));
    },
    neck: (paint, x, y) => {
      skin(paint, x, y, 0);
      darken(paint, mix(0.62, 0.25, ramp((y - 50) / 30)));
    },
    locks: (paint, _, y, angle) => {
      hair(paint, y, angle, 1);
      darken(paint, 0.35);
    },
  };
}

function skinPainter({ colours: { skin } }: Identity): Painter {
  const flushed = tint(skin, [1, 0.62, 0.58]);
  return (paint, x, y) => {
    [paint.red, paint.green, paint.blue] = skin;
    paint.gloss = 0.1;
    const side = Math.abs(x);
    const flush =
      bump((side - 24) / 16, (y - 20) / 15) + bump(x / 9, (y - 19) / 9) + 0.5 * bump(x / 14, (y - 56) / 10);
    cover(paint, flushed, 0.42 * clamp(flush));
  };
}

function facePainter(identity: Identity, { expression, glasses }: Nuisance, skin: Painter): Painter {
  const layers = [
    skin,
    blemishPainter(identity),
    nosePainter(identity, expression),
    beardPainter(identity),
    mouthPainter(identity, expression),
    eyePainter(identity, expression),
    browPainter(identity, expression),
  ];
  return (paint, x, y, angle) => {
    for (const layer of layers) layer(paint, x, y, angle);
    /** The arm of the glasses, from the hinge to the ear. */
    if (glasses && Math.abs(angle) > 0.66 && Math.abs(y + 3) < glasses.thickness)
      cover(paint, [0.02, 0.02, 0.02], 0.9);
  };
}

function hairPainter(identity: Identity) {
  const { hair } = identity.colours;
  return (paint: Paint, y: number, angle: number, covered: number): void => {
    const light = strands(identity, y, angle) * mix(0.75, 1.1, bump((y + 48) / 30));
    cover(paint, [hair[0] * light, hair[1] * light, hair[2] * light], covered);
    paint.gloss = mix(paint.gloss, 0.05 + 0.12 * light, covered);
  };
}
