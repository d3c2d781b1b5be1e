// Does what it is told with the built package, tells its parent when that is done, and waits to be ended; after `once`
// it prints instead, and ends.
import { lockFolder, SafeFile, writeFileSafely } from '../../../dist/files.js';

const work = {
  /** Takes the lock of a folder, or says why not. */
  lock: async (folder) => {
    await lockFolder(folder);
  },
  /** Writes more than the buffer holds, and does not finish. */
  half: async (path) => {
    const file = await SafeFile.create(path);
    await file.write(new Uint8Array(2 << 20));
  },
  whole: (path, bytes) => writeFileSafely(path, new Uint8Array(Number(bytes))),
};

const [first, ...rest] = process.argv.slice(2);
const [name, ...values] = first === 'once' ? rest : [first, ...rest];
const tell = (answer) => (process.send ? process.send(answer) : console.log(JSON.stringify(answer)));
try {
  await work[name](...values);
  tell({ done: true });
} catch ({ message, code, fields }) {
  tell({ message, code, fields });
}
if (first !== 'once') setInterval(() => {}, 1000);
