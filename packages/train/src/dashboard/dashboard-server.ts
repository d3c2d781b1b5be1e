import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkOptions, UnavailableError } from '@hm/tensor/host';
import type { TrainEvent } from '../observe/events.ts';
import { dashboardPage } from './dashboard-page.ts';

/** A live page of a run. */
export interface Dashboard {
  readonly url: string;
  /** Sends an event to every open page, and to pages that are opened later. */
  tell(event: TrainEvent): void;
  /** Tells open pages that there are no more events, and stops the server. */
  close(): Promise<void>;
}

/** Milliseconds that open pages have to read that the run has ended. */
const LAST_WORDS = 500;

/** Options of {@link startDashboard}. */
export interface DashboardOptions {
  /** Port on this machine; 0 for any free one. Default 0. */
  port?: number;
  /** Earlier events of a resumed run, from `readEvents`. Default none. */
  earlier?: readonly TrainEvent[];
}

/**
 * Serves a live page of a run to this machine only. The server listens on loopback and answers only requests that are
 * addressed to it, so that no other site's page can read it.
 *
 * @throws {UnavailableError} if the port cannot be used.
 * @example
 * const dashboard = await startDashboard();
 * console.log(dashboard.url);
 * for await (const event of run) dashboard.tell(event);
 * await dashboard.close();
 */
export async function startDashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const { port = 0, earlier = [] } = checkOptions('startDashboard', options, {
    ...{ port: 'number', earlier: 'array' },
  });
  const history = earlier.map(line);
  const pages = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (!isLocal(request))
      answer(response, 403, 'text/plain', 'This page is served to this machine alone.\n');
    else if (request.url === '/') answer(response, 200, 'text/html; charset=utf-8', dashboardPage());
    else if (request.url === '/events') follow(response, history, pages);
    else answer(response, 404, 'text/plain', 'There is nothing here.\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(notListening(port, cause)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    tell(event) {
      history.push(line(event));
      for (const page of pages) page.write(line(event));
    },
    async close() {
      for (const page of pages) page.end('event: end\ndata: \n\n');
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      // Browsers keep connections open, and one that sleeps never reads the end.
      const timer = setTimeout(() => server.closeAllConnections(), LAST_WORDS);
      await closed;
      clearTimeout(timer);
    },
  };
}

const line = (event: TrainEvent) => `data: ${JSON.stringify(event)}\n\n`;

const isLocal = ({ method, headers }: IncomingMessage) =>
  method === 'GET' && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');

/** Policy that lets the page run only its own script and connect only to this server. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': POLICY,
    connection: 'close',
  });
  response.end(body);
}

function follow(response: ServerResponse, history: readonly string[], pages: Set<ServerResponse>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(history.join(''));
  pages.add(response);
  response.on('close', () => pages.delete(response));
}

const notListening = (port: number, cause: Error) =>
  new UnavailableError({
    where: 'startDashboard',
    expected: `to listen on port ${port} of this machine`,
    received: cause.message,
    fix: 'Choose another port, or 0 for any that is free.',
    fields: { port },
    cause,
  });
