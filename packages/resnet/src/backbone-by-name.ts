import { InvalidArgumentError } from '@hm/tensor';
import type { Backbone } from './backbone.ts';
import { dlibResNet } from './dlib-resnet.ts';
import { iresnet18, iresnet34, iresnet50, iresnet100 } from './iresnet.ts';
import { type MobileFaceNetOptions, mobileFaceNet } from './mobile-face-net.ts';
import { mobileNetV4 } from './mobile-net-v4.ts';
import { type ResNetOptions, resnet18, resnet34 } from './resnet.ts';

const factories = {
  resnet18,
  resnet34,
  iresnet18,
  iresnet34,
  iresnet50,
  iresnet100,
  mobilefacenet: mobileFaceNet,
  mobilenetv4: mobileNetV4,
  'dlib-resnet': dlibResNet,
};

/** Names that {@link backboneByName} accepts. */
export type BackboneName = keyof typeof factories;

/**
 * Makes a network by its name and options: `backboneByName(backbone.name, backbone.config)` is the same backbone again.
 *
 * @throws {InvalidArgumentError} if there is no network of that name, or an option is invalid for it.
 */
export function backboneByName(name: string, options: ResNetOptions & MobileFaceNetOptions = {}): Backbone {
  if (Object.hasOwn(factories, name)) return factories[name as BackboneName](options);
  throw new InvalidArgumentError({
    where: 'backboneByName',
    expected: `one of ${Object.keys(factories).join(', ')}`,
    received: name,
    fix: 'Check the name, or pass a backbone of your own as an object.',
  });
}
