import { bump, mix, ramp } from './curves.ts';
import type { Identity } from './identity.ts';
import type { Nuisance } from './nuisance.ts';

/**
 * Returns how far the face rises above the smooth skull at a point, in template pixels: hills and hollows, added up.
 */
export function faceRelief(identity: Identity, expression: Nuisance['expression']) {
  const { eyes, brows, mouth, skull } = identity;
  const nose = noseRelief(identity);
  return (x: number, y: number): number => {
    const side = Math.abs(x);
    const socket = -eyes.depth * bump((side - eyes.gap + 1) / 13, (y + 1) / 9);
    const eyeball = 2.6 * bump((side - eyes.gap) / 8, y / 6);
    const ridge = 2.4 * bump((side - eyes.gap + 3) / 16, (y + brows.height) / 8);
    const cheek = (2.2 + 1.6 * expression.smile) * bump((side - 24) / 15, (y - 20) / 15);
    const fold = -1.2 * bump((side - mouth.width - 4) / 5, (y - mouth.y + 5) / 12);
    const chin = 4 * bump(x / 14, (y - skull.chinLength + 6) / 9);
    return socket + eyeball + ridge + cheek + fold + chin + nose(x, y) + lipRelief(identity, x, y);
  };
}

function noseRelief({ nose }: Identity) {
  return (x: number, y: number): number => {
    if (y < -10 || y > nose.length + 7) return 0;
    const down = (y + 10) / (nose.length + 10);
    const flank = mix(nose.bridge + 2, nose.width, ramp(down));
    const height = nose.height * mix(0.12, 1, down * down) * ramp((nose.length + 7.5 - y) / 11);
    const wing = 4.5 * bump((Math.abs(x) - 0.68 * nose.width) / 4.5, (y - nose.length) / 6);
    return height * bump(x / (flank * 1.25)) + wing;
  };
}

function lipRelief({ mouth }: Identity, x: number, y: number): number {
  const across = x / (mouth.width + 1);
  const upper = (1.2 + 0.5 * mouth.upperLip) * bump(across, (y - mouth.y + 3) / 5);
  const lower = (1.2 + 0.5 * mouth.lowerLip) * bump(across, (y - mouth.y - 3.5) / 5);
  const groove = -2.4 * bump(x / 13, (y - mouth.y - 9) / 5);
  const gathered = 2.5 * bump(x / 22, (y - mouth.y) / 16);
  return upper + lower + groove + gathered;
}
