import { Html, html } from './html.ts';
import { stylesheet } from './stylesheet.ts';

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Renders a whole page. Its policy forbids it to load or run anything. */
export const page = (title: string, content: readonly Html[]): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Html(stylesheet)}</style></head>
<body>${content}
<footer><p>Accuracy on a test set says little about other people, cameras and lighting, and less about single decisions: measure on data like yours before you rely on it.</p><p>Made with @hm/eval.</p></footer></body></html>
`.text;
