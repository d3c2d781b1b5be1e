import type { SafeFile } from '@hm/tensor/files';
import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import { writeFiles } from '../files/output-file.ts';
import type { VerificationProtocol } from '../protocol.ts';
import { fileBytes } from '../write/file-bytes.ts';
import { contiguousFolds } from './contiguous-folds.ts';

/**
 * Writes a protocol as one of InsightFace's verification sets: a pickle of protocol 3, which `pickle.load` of any
 * Python 3 can read. Pixels become JPEG. Holds one image in memory.
 *
 * @throws {InvalidArgumentError} if the protocol has templates, no pairs, or folds that a `.bin` file cannot express,
 * because it is always scored in ten contiguous folds.
 * @example
 * await writeVerificationBin('lfw.bin', await lfwPairs('lfw-112x112'));
 */
export async function writeVerificationBin(path: string, protocol: VerificationProtocol): Promise<void> {
  checkArguments(
    'writeVerificationBin',
    { path, protocol },
    { path: 'string', protocol: { has: ['name', 'images'] } },
  );
  assertExpressible(protocol);
  const { images, pairs } = protocol;
  await writeFiles([path], async ([file]) => {
    await file!.write(Buffer.from([0x80, 3, ...codes('](')]));
    for (const { first, second } of pairs) {
      for (const index of [first, second]) await writeBytes(file!, await fileBytes(images[index]!));
    }
    await file!.write(Buffer.from(codes('e](')));
    await file!.write(Buffer.from(pairs.map(({ same }) => (same ? 0x88 : 0x89))));
    await file!.write(Buffer.from([...codes('e'), 0x86, ...codes('.')]));
  });
}

const codes = (text: string): number[] => [...Buffer.from(text, 'latin1')];

async function writeBytes(file: SafeFile, bytes: Uint8Array): Promise<void> {
  const header = Buffer.alloc(5);
  header.write('B', 'latin1');
  header.writeUInt32LE(bytes.length, 1);
  await file.write(header);
  await file.write(bytes);
}

function assertExpressible({ pairs, templates, folds }: VerificationProtocol): void {
  const fold = contiguousFolds(pairs.length, 10);
  const contiguous = folds === 10 && pairs.every((pair, place) => pair.fold === fold(place));
  if (!templates && pairs.length > 0 && contiguous) return;
  throw new InvalidArgumentError({
    where: 'writeVerificationBin',
    expected: 'pairs of images in ten contiguous folds of one size',
    received: templates ? 'templates of several images' : `${pairs.length} pairs in ${folds} folds`,
    fix: 'Write a list of pairs instead.',
  });
}
