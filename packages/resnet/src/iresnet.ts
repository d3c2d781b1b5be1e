import { checkArguments, InvalidArgumentError } from '@hm/tensor';
import { type ResNet, type ResNetOptions, resNet } from './resnet.ts';

/** Options of {@link iresnet18} and its deeper variants. Their stem, block and head are fixed. */
export type IResNetOptions = Pick<ResNetOptions, 'embeddingSize' | 'imageSize' | 'shortcut' | 'width'>;

const ARCHITECTURE = { stem: 'face', block: 'ir', head: 'E' } as const;

/**
 * ArcFace's network with 18 layers, by insightface's name: face stem, improved blocks with PReLU, head `E`. It is the
 * same as `resnet18({ stem: 'face', block: 'ir', head: 'E' })`.
 *
 * @throws {InvalidArgumentError} if an option differs from the fixed stem, block or head, or is invalid.
 * @see J. Deng et al., ArcFace: additive angular margin loss for deep face recognition, CVPR 2019
 */
export const iresnet18 = (options: IResNetOptions = {}): ResNet => iresnet(18, [2, 2, 2, 2], options);

/** The variant of {@link iresnet18} with 34 layers. */
export const iresnet34 = (options: IResNetOptions = {}): ResNet => iresnet(34, [3, 4, 6, 3], options);

/** The variant of {@link iresnet18} with 50 layers, used by most published models of MS-Celeb-1M and its successors. */
export const iresnet50 = (options: IResNetOptions = {}): ResNet => iresnet(50, [3, 4, 14, 3], options);

/** The variant of {@link iresnet18} with 100 layers. */
export const iresnet100 = (options: IResNetOptions = {}): ResNet => iresnet(100, [3, 13, 30, 3], options);

function iresnet(layers: number, depths: readonly number[], options: ResNetOptions): ResNet {
  const name = `iresnet${layers}`;
  checkArguments(name, { options }, { options: 'object' });
  for (const [option, fixed] of Object.entries(ARCHITECTURE)) {
    const received = options[option as keyof typeof ARCHITECTURE];
    if (received !== undefined && received !== fixed) throw fixedOption(name, option, fixed, received);
  }
  return resNet(name, depths, { ...options, ...ARCHITECTURE });
}

const fixedOption = (name: string, option: string, fixed: string, received: string) =>
  new InvalidArgumentError({
    where: `${name} option "${option}"`,
    expected: `${fixed}, which the name says`,
    received,
    fix: `Leave ${option} out, or take resnet18 or resnet34, where it can be chosen.`,
  });
