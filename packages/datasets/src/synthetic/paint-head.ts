import { tint } from './color.ts';
import { bump, mix, ramp } from './curves.ts';
import { type AboveHairline, hairCoverage, strands } from './hair.ts';
import type { Identity } from './identity.ts';
import type { Part } from './mesh.ts';
import type { Nuisance } from './nuisance.ts';
import { cover, darken, type Paint, type Painter } from './paint.ts';
import { browPainter, eyePainter } from './paint-eyes.ts';
import { beardPainter, mouthPainter, nosePainter } from './paint-mouth.ts';
import { blemishPainter, skinPainter } from './paint-skin.ts';

/** Returns the painter of each part of a person. */
export function paintersOf(
  identity: Identity,
  nuisance: Nuisance,
  above: AboveHairline,
): Record<Part, Painter> {
  const skin = skinPainter(identity);
  const hair = hairPainter(identity);
  const face = facePainter(identity, nuisance, skin);
  return {
    head: (paint, x, y, angle) => {
      const height = above(y, angle);
      const covered = hairCoverage(identity, height, y, angle);
      if (covered < 1) {
        if (Math.abs(angle) < 1.1) face(paint, x, y, angle);
        else skin(paint, x, y, angle);
        darken(paint, 0.34 * ramp((height + 8) / 10));
      }
      if (covered > 0) hair(paint, y, angle, covered);
    },
    ear: (paint, x, y) => {
      skin(paint, 40, y, 1);
      cover(paint, tint(identity.colors.skin, [0.75, 0.45, 0.42]), 0.5 * bump(x / 3.4, y / 10));
    },
    neck: (paint, x, y) => {
      skin(paint, x, y, 0);
      darken(paint, mix(0.62, 0.25, ramp((y - 50) / 30)));
    },
    locks: (paint, _, y, angle) => {
      hair(paint, y, angle, 1);
      darken(paint, 0.2);
    },
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
    if (glasses && Math.abs(angle) > 0.72 && Math.abs(y + 3) < glasses.thickness)
      cover(paint, [0.02, 0.02, 0.02], 0.9);
  };
}

function hairPainter(identity: Identity) {
  const { hair } = identity.colors;
  return (paint: Paint, y: number, angle: number, covered: number): void => {
    const light = strands(identity, y, angle) * mix(0.75, 1.1, bump((y + 48) / 30));
    cover(paint, [hair[0] * light, hair[1] * light, hair[2] * light], covered);
    paint.gloss = mix(paint.gloss, 0.05 + 0.12 * light, covered);
  };
}
