/// <reference lib="dom" />
/** Lets everything else that waits have its turn; a browser's timers would make that four milliseconds. */
export const turnOfEventLoop = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
