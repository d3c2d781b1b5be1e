import { join } from 'node:path';
import { execute } from './execute.mjs';
import { Project } from './project.mjs';

const runtimes = { bun: ['bun'], deno: ['deno', 'run', '--allow-all'] };

/** Recognizes, enrolls and scores on Bun and on Deno, where they are installed, over both packages of ONNX Runtime. */
export function checkRuntimes(folder, registry) {
  const found = Object.entries(runtimes).filter(
    ([name]) => execute(folder, name, ['--version']).status === 0,
  );
  if (found.length === 0) console.log('nothing is tried on Bun and Deno: neither is installed');
  // WebAssembly is also what Node has where there is no native library.
  return [
    ...problemsWith('onnxruntime-node', found),
    ...problemsWith('onnxruntime-web', [['node', ['node']], ...found]),
  ];

  function problemsWith(runtime, programs) {
    if (programs.length === 0) return [];
    const project = new Project(join(folder, `runtimes-${runtime}`), registry);
    if (!project.install('npm', ['@hm/recognize', '@hm/eval', runtime])) return project.problems;
    project.write('recognize.mjs', recognize);
    for (const [name, [command, ...options]] of programs)
      project.expectSilence(`${name}, ${runtime}`, command, [...options, 'recognize.mjs']);
    return project.problems;
  }
}

const recognize = `
import { loadEmbedder } from '@hm/eval';
import { bundledNetwork, openGallery, openRecognizer } from '@hm/recognize';
const [height, width] = [150, 150];
const wall = (level) => ({ pixels: new Uint8Array(height * width * 3).fill(level), height, width });
const check = (holds) => { if (!holds) throw new Error('not so'); };

// Threads look for faces, and end.
const finding = await openRecognizer(undefined, { workers: 2 });
check((await finding.embed(Array.from({ length: 9 }, () => wall(99)))).missing.length === 9);
await finding.release();

const recognizer = await openRecognizer(undefined, { aligned: true });
check((await recognizer.verify(wall(50), wall(50))).same);
const file = \`\${process.versions.bun ? 'bun' : process.versions.deno ? 'deno' : 'node'}.gallery\`;
const people = await openGallery(file, recognizer);
await people.enroll('Ada', [wall(50)], { minQuality: 0 });
check((await people.identify(wall(50)))[0].name === 'Ada');
check(await people.forget('Ada'));
await people.release();
await recognizer.release();

const embedder = await loadEmbedder(await bundledNetwork());
check((await embedder.embed([wall(50)])).shape[1] === 128);
await embedder.release();
`;
