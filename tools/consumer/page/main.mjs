import { compute } from './compute.mjs';

const output = document.querySelector('output');
output.value = await compute().then(JSON.stringify, (error) => String(error.stack ?? error));
