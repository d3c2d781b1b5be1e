export type { Backbone, Mode, Variables } from './backbone.ts';
export { type BackboneName, backboneByName } from './backbone-by-name.ts';
export type { BlockShape } from './block.ts';
export { type IResNetOptions, iresnet18, iresnet34, iresnet50, iresnet100 } from './iresnet.ts';
export { type ResNet, type ResNetOptions, resnet18, resnet34 } from './resnet.ts';
