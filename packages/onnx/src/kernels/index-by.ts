import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Tracer } from '../trace/tracer.ts';
import { elementwise } from './elementwise.ts';
import { fromInt64 } from './reduce.ts';
import { kernel } from './register.ts';
import { select } from './select.ts';
import { reshape } from './shape.ts';

type Hot = { depth: number; onValue: number; offValue: number; dtype: 'int32' | 'float32' | 'bool' };

kernel<{ indices: TensorInfo }, Hot>(
  'OneHot',
  (tracer, { indices }, { depth, onValue, offValue, dtype = 'int32' }) => {
    const shape = [...indices.shape, depth];
    const column = reshape(tracer, indices, [...indices.shape, 1]);
    const classes = tracer.constant(
      Int32Array.from({ length: depth }, (_, index) => index),
      [depth],
      'int32',
    );
    const hit = elementwise(tracer, 'Equal', [column, classes], shape, 'bool');
    return select(tracer, hit, tracer.uniform(onValue, shape, dtype), tracer.uniform(offValue, shape, dtype));
  },
);

type Gather = { axis: number; batchDims: number };
kernel<{ x: TensorInfo; indices: TensorInfo }, Gather>(
  'GatherV2',
  (tracer, { x, indices }, { axis, batchDims }) => {
    const along = util.parseAxisParam(axis, x.shape)[0]!;
    if (batchDims > 0) return gatherPerSample(tracer, x, indices, along, batchDims);
    const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
    const name = tracer.node('Gather', [tracer.named(x), tracer.named(indices)], {
      attributes: { axis: along },
    });
    return tracer.output(name, shape, x.dtype, 'GatherV2');
  },
);

function gatherPerSample(
  tracer: Tracer,
  x: TensorInfo,
  indices: TensorInfo,
  axis: number,
  batchDims: number,
): TensorInfo {
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    x as never,
    indices as never,
    axis,
    batchDims,
  );
  const [batch, outer, size, inner] = [info.batchSize, info.outerSize, info.dimSize, info.sliceSize];
  const picks = util.sizeFromShape(indices.shape) / batch;
  const moved = reshape(tracer, x, [batch, outer, size, inner]);
  const first = tracer.node('Transpose', [tracer.named(moved)], { attributes: { perm: [0, 2, 1, 3] } });
  const wanted = tracer.node('Cast', [tracer.reshape(tracer.named(indices), [batch, picks, 1])], {
    attributes: { to: 7 },
  });
  const picked = tracer.node('GatherND', [first, wanted], { attributes: { batch_dims: 1 } });
  const back = tracer.node('Transpose', [picked], { attributes: { perm: [0, 2, 1, 3] } });
  return tracer.output(tracer.reshape(back, info.outputShape), info.outputShape, x.dtype, 'GatherV2');
}

kernel<{ params: TensorInfo; indices: TensorInfo }>('GatherNd', (tracer, { params, indices }) => {
  const [shape] = backend_util.prepareAndValidate(params as never, indices as never);
  const wide = tracer.node('Cast', [tracer.named(indices)], { attributes: { to: 7 } });
  return tracer.output(
    tracer.node('GatherND', [tracer.named(params), wide]),
    shape,
    params.dtype,
    'GatherNd',
  );
});

kernel<{ indices: TensorInfo; updates: TensorInfo }, { shape: number[] }>(
  'ScatterNd',
  (tracer, { indices, updates }, { shape }) => {
    const zeros = tracer.named(tracer.uniform(0, shape, updates.dtype));
    const wide = tracer.node('Cast', [tracer.named(indices)], { attributes: { to: 7 } });
    const inputs = [zeros, wide, tracer.named(updates)];
    return tracer.output(
      tracer.node('ScatterND', inputs, { attributes: { reduction: 'add' } }),
      shape,
      updates.dtype,
      'ScatterNd',
    );
  },
);

type Segments = { x: TensorInfo; segmentIds: TensorInfo };
kernel<Segments, { numSegments: number }>(
  'UnsortedSegmentSum',
  (tracer, { x, segmentIds }, { numSegments }) => {
    const shape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
    const zeros = tracer.named(tracer.uniform(0, shape, x.dtype));
    const { ids, values } = withinSegments(tracer, x, segmentIds, numSegments);
    const wide = tracer.node('Cast', [tracer.reshape(tracer.named(ids), [...ids.shape, 1])], {
      attributes: { to: 7 },
    });
    const inputs = [zeros, wide, tracer.named(values)];
    const name = tracer.node('ScatterND', inputs, { attributes: { reduction: 'add' } });
    return tracer.output(name, shape, x.dtype, 'UnsortedSegmentSum');
  },
);

/** tfjs ignores values that belong to no segment; ONNX counts negative indices from the end and refuses large ones. */
function withinSegments(tracer: Tracer, x: TensorInfo, ids: TensorInfo, count: number) {
  const limit = (value: number) => tracer.uniform(value, [], 'int32');
  const above = elementwise(tracer, 'GreaterOrEqual', [ids, limit(0)], ids.shape, 'bool');
  const below = elementwise(tracer, 'Less', [ids, limit(count)], ids.shape, 'bool');
  const inside = elementwise(tracer, 'And', [above, below], ids.shape, 'bool');
  const rows = reshape(
    tracer,
    inside,
    x.shape.map((size, axis) => (axis < ids.shape.length ? size : 1)),
  );
  return {
    ids: select(tracer, inside, ids, tracer.uniform(0, ids.shape, 'int32')),
    values: select(tracer, rows, x, tracer.uniform(0, x.shape, x.dtype)),
  };
}

kernel<{ x: TensorInfo }, { k: number; sorted: boolean }>('TopK', (tracer, { x }, { k, sorted }) => {
  const shape = [...x.shape.slice(0, -1), k];
  const inputs = [tracer.named(x), tracer.graph.integers(k)];
  const values = tracer.node('TopK', inputs, { attributes: { axis: -1, sorted: Number(sorted) } });
  const indices = tracer.graph.secondOutput(values);
  return [tracer.output(values, shape, x.dtype, 'TopK'), fromInt64(tracer, indices, shape, 'TopK')];
});
