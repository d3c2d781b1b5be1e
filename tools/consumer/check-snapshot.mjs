import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run-stage.mjs';
import { Project } from './project.mjs';

const names = readdirSync(join(root, 'packages')).map((name) => `@hm/${name}`);

/** Checks that all packages under the tag `snapshot` satisfy each other's version ranges. Returns the problems. */
export function checkSnapshot(folder, registry) {
  const project = new Project(join(folder, 'snapshot'), registry);
  const others = ['@tensorflow/tfjs-core', 'onnxruntime-node'];
  if (project.install('npm', [...names.map((name) => `${name}@snapshot`), ...others])) {
    project.run('versions.mjs', versions);
  }
  return project.problems;
}

const versions = `
for (const name of ${JSON.stringify(names)}) {
  const { version } = (await import(name + '/package.json', { with: { type: 'json' } })).default;
  if (!/^0\\.\\d+\\.\\d+-\\d{14}$/.test(version)) throw new Error(name + ' ' + version);
  await import(name);
}
`;
