import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { TraceError } from '../trace/trace-error.ts';
import type { Tracer } from '../trace/tracer.ts';
import { unsupportedActivation } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';

/** Appends a matrix product: `Gemm` for two matrices, so that nothing is transposed. */
function matMul(
  tracer: Tracer,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  const rank = a.shape.length;
  const rows = a.shape[transposeA ? rank - 1 : rank - 2]!;
  const columns = b.shape[transposeB ? b.shape.length - 2 : b.shape.length - 1]!;
  const [inner, other] = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  if (inner !== other) throw mismatch(a, b, transposeA, transposeB);
  const lead = broadcastLead(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...lead, rows, columns];
  if (util.sizeFromShape(lead) === 1) {
    const flat = (x: TensorInfo) =>
      x.shape.length === 2 ? tracer.named(x) : tracer.reshape(tracer.named(x), x.shape.slice(-2));
    const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
    const product = tracer.node('Gemm', [flat(a), flat(b)], { attributes });
    return tracer.output(
      shape.length === 2 ? product : tracer.reshape(product, shape),
      shape,
      'float32',
      'BatchMatMul',
    );
  }
  const left = transposeA ? swapLast(tracer, a) : tracer.named(a);
  const right = transposeB ? swapLast(tracer, b) : tracer.named(b);
  return tracer.output(tracer.node('MatMul', [left, right]), shape, 'float32', 'BatchMatMul');
}

const mismatch = (a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean) =>
  new TraceError({
    where: 'BatchMatMul',
    expected: 'as many columns on the left as rows on the right',
    received: `[${a.shape}]${transposeA ? ' transposed' : ''} and [${b.shape}]${transposeB ? ' transposed' : ''}`,
    fix: 'Transpose one of them, or correct the shapes.',
  });

function broadcastLead(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const at = (shape: number[], axis: number) => shape[axis - (rank - shape.length)] ?? 1;
  return Array.from({ length: rank }, (_, axis) => Math.max(at(a, axis), at(b, axis)));
}

function swapLast(tracer: Tracer, x: TensorInfo): string {
  const rank = x.shape.length;
  const perm = [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2];
  return tracer.node('Transpose', [tracer.named(x)], { attributes: { perm } });
}

type Product = { transposeA: boolean; transposeB: boolean };
kernel<{ a: TensorInfo; b: TensorInfo }, Product>(
  'BatchMatMul',
  (tracer, { a, b }, { transposeA, transposeB }) => matMul(tracer, a, b, transposeA, transposeB),
);

const activations: Record<string, string> = { relu: 'Relu', elu: 'Elu', sigmoid: 'Sigmoid' };

type Fused = Product & { activation: string };
kernel<{ a: TensorInfo; b: TensorInfo; bias?: TensorInfo }, Fused>(
  '_FusedMatMul',
  (tracer, { a, b, bias }, { activation, transposeA, transposeB }) => {
    const product = matMul(tracer, a, b, transposeA, transposeB);
    const sum = bias ? elementwise(tracer, 'Add', [product, bias], product.shape, 'float32') : product;
    if (activation === 'linear') return sum;
    const op = activations[activation];
    if (op === undefined) throw unsupportedActivation('_FusedMatMul', Object.keys(activations), activation);
    return elementwise(tracer, op, [sum], sum.shape, 'float32');
  },
);
