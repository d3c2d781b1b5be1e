import { join } from 'node:path';
import { Project } from './project.mjs';

const tfjs = '@tensorflow/tfjs-core';

/** Checks that installs with a missing or duplicate package fail with a helpful message. Returns the problems. */
export function checkMessages(folder, registry) {
  return [twoTfjs, noTfjs, noRuntime, noOptionalPackage].flatMap((check) => {
    const project = new Project(join(folder, check.name), registry);
    check(project);
    return project.problems;
  });
}

function twoTfjs(project) {
  project.install('npm', ['@hm/tensor', `${tfjs}@4.22.0`, `other@npm:${tfjs}@4.21.0`]);
  project.write('program.mjs', "await import('other');\nawait import('@hm/tensor');\n");
  project.expectMessage(
    'two copies of tfjs-core',
    ['program.mjs'],
    /UnavailableError.*expected one copy of @tensorflow\/tfjs-core, got 2: .*npm ls @tensorflow\/tfjs-core/s,
  );
}

function noTfjs(project) {
  project.install('npm', ['@hm/losses'], '--legacy-peer-deps');
  project.write('program.mjs', "await import('@hm/losses');\n");
  project.expectMessage('no tfjs-core', ['program.mjs'], /Cannot find package '@tensorflow\/tfjs-core'/);
}

/** An optional package that is not installed is named in the error when it is needed. */
function noOptionalPackage(project) {
  project.install('npm', ['@hm/eval', '@hm/train', '@tensorflow/tfjs-core', 'onnxruntime-node']);
  const programs = {
    usearch: `
      import { approximateIndex } from '@hm/eval';
      const data = Float32Array.of(1, 0, 0, 1);
      await approximateIndex({ dtype: 'float32', shape: [2, 2], data });`,
  };
  for (const [name, text] of Object.entries(programs)) {
    project.write('program.mjs', text);
    project.expectMessage(`no ${name}`, ['program.mjs'], new RegExp(`package '?${name}`));
  }
}

function noRuntime(project) {
  project.install('npm', ['@hm/onnx']);
  project.write(
    'program.mjs',
    "import { createSession } from '@hm/onnx/session';\nawait createSession(new Uint8Array(8));\n",
  );
  project.expectMessage(
    'no onnxruntime-node',
    ['program.mjs'],
    /UnavailableError.*npm install onnxruntime-node/s,
  );
}
