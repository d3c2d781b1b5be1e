import { command } from '../command.ts';
import type { Vulkan } from '../doctor/describe-vulkan.ts';
import { type Diagnosis, diagnose } from '../doctor/diagnose.ts';
import { print } from '../output/print.ts';
import { textTable } from '../output/text-table.ts';

/** `hm doctor`: shows what is installed, which engines run here, and what to do about the others. */
export const doctor = () =>
  command('doctor')
    .description('Show what is installed, which engines can be used here, and why the others cannot.')
    .option('--json', 'print JSON')
    .action(async ({ json }) => {
      const diagnosis = await diagnose();
      print(json ? JSON.stringify(diagnosis, null, 2) : describe(diagnosis));
      if (!diagnosis.healthy) process.exitCode = 1;
    });

function describe({
  node,
  memory,
  threads,
  telemetry,
  tfjs,
  vulkan,
  engines,
  kernels,
  healthy,
}: Diagnosis): string {
  const { totalGibibytes, allowedGibibytes, freeGibibytes } = memory;
  const machine = [
    ['Node', node.supported ? node.version : `${node.version}: too old, 20.19 or newer is needed`],
    ['Platform', `${node.platform} ${node.architecture}`],
    ['Memory', `${allowedGibibytes} of ${totalGibibytes} GiB allowed, ${freeGibibytes} GiB free`],
    ['Threads', `${threads.usable} of ${threads.processors} processors usable`],
    ['Reports', telemetry.off ? `none: ${telemetry.variable}` : telemetryIsOn(telemetry.variable)],
    ['tfjs-core', tfjs.version ?? `not usable: ${tfjs.copies.length} copies`],
    ...(tfjs.problem === undefined ? [] : [['', tfjs.problem]]),
    ...(vulkan === null ? [] : describeVulkan(vulkan)),
    ...(kernels === null ? [] : [['Kernels', describeKernels(kernels)]]),
  ];
  const verdicts = engines.flatMap(({ name, usable, reason, fix }) => [
    [name, usable ? 'usable' : 'not usable', reason],
    ...(fix === '' ? [] : [['', '', `→ ${fix}`]]),
  ]);
  const verdict = healthy ? 'Ready to train and evaluate.' : 'Not ready: see above.';
  return `${textTable(machine)}\n\n${textTable(verdicts)}\n\n${verdict}`;
}

function describeKernels({ measured, fastest, path }: NonNullable<Diagnosis['kernels']>): string {
  if (measured === 0) return 'not measured yet: hm train --set kernels=measured does it once';
  const forms = Object.entries(fastest).map(([form, count]) => `${count} ${form}`);
  return `${measured} convolutions measured, fastest: ${forms.join(', ')} (${path})`;
}

const telemetryIsOn = (variable: string) =>
  `ONNX Runtime reports to its maker, since ${variable} is set; unset it, or set it to 1`;

const describeVulkan = ({ loader, drivers, fix }: Vulkan): string[][] => [
  ['Vulkan', `${loader ?? 'no loader'}, ${drivers.length === 0 ? 'no driver' : drivers.join(', ')}`],
  ...(fix === '' ? [] : [['', `→ ${fix}`]]),
];
