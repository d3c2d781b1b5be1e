import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { preview, runnerImport } from 'vite';
import { root } from '../run-stage.mjs';
import { Project } from './project.mjs';

const packages = ['@hm/tensor', '@hm/losses', '@hm/resnet', '@hm/onnx'];
const others = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-cpu',
  'onnxruntime-web',
  'onnxruntime-node',
];

/** Checks that a page builds without a warning and computes the same in Chromium as in Node. Returns the problems. */
export async function checkBrowser(folder, registry) {
  const project = new Project(join(folder, 'browser'), registry);
  cpSync(join(root, 'tools/consumer/page'), project.folder, { recursive: true });
  project.write('vite.config.mjs', configuration);
  if (!project.install('npm', [...packages, ...others, 'vite'])) return project.problems;
  const inNode = project.run('node.mjs', programInNode);
  if (!project.expectSilence('vite build', 'npx', ['vite', 'build']) || !inNode) return project.problems;
  const { module: tools } = await runnerImport(join(root, 'tools/chromium.ts'));
  const chromium = tools.installedChromium();
  if (chromium) {
    const inPage = await openPage(project.folder, (address) => read(tools, chromium, address));
    compare(project, JSON.parse(inNode.stdout), inPage);
  }
  return project.problems;
}

// ONNX Runtime and tfjs each exceed Vite's default limit for a chunk.
const configuration =
  "export default { logLevel: 'warn', build: { target: 'es2022', chunkSizeWarningLimit: 2000 } };\n";

const programInNode = `
import { compute } from './compute.mjs';
console.log(JSON.stringify(await compute()));
`;

async function openPage(folder, use) {
  const server = await preview({ root: folder, configFile: false, preview: { host: '127.0.0.1', port: 0 } });
  try {
    return await use(server.resolvedUrls.local[0]);
  } finally {
    await server.close();
  }
}

/** Returns the final output of the page, and everything that it logged to the console. */
async function read({ launchChromium }, chromium, address) {
  const browser = await launchChromium(chromium);
  try {
    const page = await browser.newPage();
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(address);
    await page.locator('output:not(:empty)').waitFor({ timeout: 60_000 });
    return { output: await page.textContent('output'), said };
  } finally {
    await browser.close();
  }
}

function compare(project, expected, { output, said }) {
  if (said.length > 0) project.problems.push(`the page's console: ${said.join('\n')}`);
  const received = output.startsWith('[') ? JSON.parse(output) : [];
  const far = expected.some((value, k) => !(Math.abs(value - received[k]) <= 1e-4 * (1 + Math.abs(value))));
  if (far) project.problems.push(`in the page: ${output}\nin Node: ${expected}`);
}
