import type { Backbone } from '@hm/resnet';

export function tinyBackbone(options?: {
  embeddingSize?: number;
  size?: number;
  normalized?: boolean;
}): Backbone;
