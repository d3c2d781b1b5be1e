import { HmError, InvalidDataError } from '@hm/tensor/host';
import { nameOf, type Photograph } from '../faces/photograph.ts';
import { cosine, lengthOf, type RecognizedFace, type Recognizer } from '../recognizer.ts';

/** A photograph that was refused for a person. */
export interface RefusedPhotograph {
  photograph: string;
  reason: 'undecodable' | 'no face' | 'several faces' | 'quality' | 'another person';
  /** Details of the reason, as text. */
  detail: string;
}

/** Accepted faces, with the names of their photographs, and the refused photographs. */
export interface Portraits {
  faces: RecognizedFace[];
  names: string[];
  refused: RefusedPhotograph[];
}

/** Finds the single face of each photograph, and refuses photographs without one. */
export async function portraitsOf(
  recognizer: Recognizer,
  photographs: readonly Photograph[],
  minQuality: number,
): Promise<Portraits> {
  const portraits: Portraits = { faces: [], names: [], refused: [] };
  for (const [index, photograph] of photographs.entries()) {
    const name = nameOf(photograph, index);
    const found = await portraitOf(recognizer, photograph, minQuality);
    if ('reason' in found) portraits.refused.push({ photograph: name, ...found });
    else {
      portraits.faces.push(found);
      portraits.names.push(name);
    }
  }
  return portraits;
}

type Refusal = Omit<RefusedPhotograph, 'photograph'>;

async function portraitOf(
  recognizer: Recognizer,
  photograph: Photograph,
  minQuality: number,
): Promise<RecognizedFace | Refusal> {
  try {
    const faces = await recognizer.faces(photograph);
    return faces.length === 0
      ? { reason: 'no face', detail: 'no face was found' }
      : onlyFace(faces, minQuality);
  } catch (error) {
    if (!HmError.isInstance(error) || error.code !== 'invalid-data') throw error;
    return { reason: 'undecodable', detail: `no photograph: ${error.fields.reason ?? error.message}` };
  }
}

/** Returns the largest face, or a refusal if another is more than half as wide or its quality is too low. */
function onlyFace(faces: readonly RecognizedFace[], minQuality: number): RecognizedFace | Refusal {
  const width = ({ box }: RecognizedFace) => box[2] - box[0];
  const [first, second] = faces.toSorted((a, b) => width(b) - width(a));
  if (second !== undefined && width(second) > width(first!) / 2)
    return { reason: 'several faces', detail: `${faces.length} faces: cut the person out` };
  const { quality } = first!;
  return quality.score < minQuality ? { reason: 'quality', detail: faultOf(quality) } : first!;
}

function faultOf({ size, sharpness, exposure, pose, score }: RecognizedFace['quality']): string {
  const degrees = (angle: number) => `${Math.round((angle * 180) / Math.PI)}°`;
  return (
    `quality ${score.toFixed(2)}: ${size.toFixed(0)} pixels between the eyes, sharpness ${sharpness.toFixed(3)}, ` +
    `exposure ${exposure.toFixed(2)}, turned by ${degrees(pose.yaw)}, tilted by ${degrees(pose.pitch)}`
  );
}

/**
 * Removes, worst first, the photographs whose similarity to the others together is below `threshold`.
 *
 * @throws {InvalidDataError} if two are left that differ, since nothing says which shows the person.
 */
export function agreeing({ faces, names, refused }: Portraits, threshold: number): Portraits {
  const [kept, left] = [[...faces], [...names]];
  const outcome = { faces: kept, names: left, refused: [...refused] };
  while (kept.length > 1) {
    const likeness = kept.map((face, k) => cosine(face.embedding, sumOf(kept.filter((_, i) => i !== k))));
    const worst = likeness.indexOf(Math.min(...likeness));
    if (likeness[worst]! >= threshold) break;
    if (kept.length === 2) throw different(left);
    const detail = `similarity ${likeness[worst]!.toFixed(3)} to the other photographs, below ${threshold.toFixed(3)}`;
    outcome.refused.push({ photograph: left[worst]!, reason: 'another person', detail });
    kept.splice(worst, 1);
    left.splice(worst, 1);
  }
  return outcome;
}

/** Returns the sum of unit embeddings, each weighted by its face's quality. */
export function sumOf(faces: readonly RecognizedFace[]): Float32Array {
  const sum = new Float32Array(faces[0]!.embedding.length);
  for (const face of faces) {
    const factor = weightOf(face) / (lengthOf(face.embedding) || 1);
    face.embedding.forEach((value, k) => {
      sum[k]! += value * factor;
    });
  }
  return sum;
}

/** Returns the weight of a face. It is never zero: if no quality is required, a bad face still counts a little. */
export const weightOf = ({ quality }: RecognizedFace): number => Math.max(0.05, quality.score);

const different = (names: readonly string[]) =>
  new InvalidDataError({
    where: 'Gallery.enroll',
    expected: 'photographs of one person',
    received: `${names.join(' and ')}, which do not look alike`,
    fix: 'Give a third photograph, or only the one that is right.',
    fields: { photographs: names },
  });
