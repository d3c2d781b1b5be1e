import { backboneOf, conv, dense, globalAverage, norm, prelu, residual, sequential } from '@hm/resnet';

/** Three convolutions, two of them with a shortcut. The parameters have the names used here: `backbone.stem.filter`. */
export const smallNet = ({ size = 32, channels = 16, embeddingSize = 32 } = {}) =>
  backboneOf({
    name: 'small-net',
    imageSize: [size, size],
    embeddingSize,
    network: sequential({
      stem: sequential({ filter: conv(3, channels, { stride: 2 }), norm: norm(channels) }),
      block: residual(
        sequential({
          filter1: conv(channels, channels),
          norm1: norm(channels),
          slopes: prelu(channels),
          filter2: conv(channels, channels),
        }),
      ),
      average: globalAverage,
      embedding: dense(channels, embeddingSize),
    }),
  });
