import { type AlignImagesOptions, alignImages } from '@hm/align';
import type { Preprocessing } from '@hm/datasets';
import type { EmbedderImage } from '@hm/eval';
import { decodeImage } from '@hm/images';
import { HmError, InvalidArgumentError } from '@hm/tensor/host';

/** A photograph that gave no face. */
export interface MissingFace {
  path: string;
  reason: string;
}

/** Some faces, ready to be embedded. */
export interface FacePiece {
  faces: EmbedderImage[];
  lost: MissingFace[];
  /** Photographs so far. */
  done: number;
}

/** As many as the network embeds at a time. */
const PIECE = 32;

/** Faces of photographs piece by piece; the next ones are prepared while the caller works. */
export async function* facesOf(
  paths: readonly string[],
  aligned: boolean,
  preprocessing: Preprocessing,
  options: AlignImagesOptions,
): AsyncGenerator<FacePiece> {
  const found = aligned ? alignedFaces(paths, preprocessing) : searchedFaces(paths, preprocessing, options);
  let piece: FacePiece = { faces: [], lost: [], done: 0 };
  for await (const face of found) {
    if ('reason' in face) piece.lost.push(face);
    else piece.faces.push(face);
    piece.done++;
    if (piece.faces.length < PIECE && piece.done < paths.length) continue;
    yield piece;
    piece = { faces: [], lost: [], done: piece.done };
  }
}

async function* alignedFaces(paths: readonly string[], { height, width }: Preprocessing) {
  const decode = async (path: string): Promise<EmbedderImage | MissingFace> => {
    try {
      return { ...(await decodeImage({ path }, { height, width })), id: path };
    } catch (error) {
      if (HmError.isInstance(error)) return { path, reason: error.message };
      throw error;
    }
  };
  let next = Promise.all(paths.slice(0, PIECE).map(decode));
  for (let start = 0; start < paths.length; start += PIECE) {
    const decoded = next;
    next = Promise.all(paths.slice(start + PIECE, start + 2 * PIECE).map(decode));
    yield* await decoded;
  }
}

async function* searchedFaces(
  paths: readonly string[],
  { template, height, width }: Preprocessing,
  options: AlignImagesOptions,
): AsyncGenerator<EmbedderImage | MissingFace> {
  if (template === 'none') throw noTemplate(height, width);
  for await (const { path, image, status, reason } of alignImages(paths, { ...options, template })) {
    if (image !== undefined) yield { ...image, id: path };
    else yield { path, reason: status === 'no-face' ? 'no face was found' : (reason ?? status) };
  }
}

const noTemplate = (height: number, width: number) =>
  new InvalidArgumentError({
    where: 'openRecognizer',
    expected: 'a model whose metadata names the template that its faces are aligned to',
    received: `none, for images of ${height}×${width}`,
    fix: 'Pass `preprocessing` with a template (--template), or faces that are aligned already (--aligned).',
  });
