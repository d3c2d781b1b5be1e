export type { Backbone, Mode, Variables } from './backbone.ts';
export type { BlockShape } from './block.ts';
export { type ResNet, type ResNetOptions, resnet18, resnet34 } from './resnet.ts';
