import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { modules } from '../modules.mjs';

const folder = (name: string) => new URL(`../${name}/`, import.meta.url);

/** Returns a sidebar entry with the page's first heading as its text. */
function titled(section: string, page: string) {
  const text = readFileSync(new URL(`${page}.md`, folder(section)), 'utf8');
  return { text: /^# (.*)$/m.exec(text)![1]!, link: `/${section}/${page}` };
}

const guide = [
  'recognize',
  'getting-started',
  'command',
  'architecture',
  'paper',
  'your-photographs',
  'extend',
  'deploy',
  'several-machines',
  'reproduce',
  'study',
  'responsible-use',
  'comparison',
];
const decisions = readdirSync(folder('decisions')).map((file) => file.replace('.md', ''));

export default defineConfig({
  lang: 'en',
  title: 'hard-mining',
  description: 'Face recognition in TypeScript, from photographs to a verification score',
  base: process.env.DOCS_BASE ?? '/', // GitHub Pages serves a repository at a path with its name
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  vite: { build: { chunkSizeWarningLimit: 1000 } }, // the search index
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: `/guide/${guide[0]}`, activeMatch: '/guide/' },
      { text: 'API', link: '/api/', activeMatch: '/api/' },
      { text: 'Decisions', link: `/decisions/${decisions[0]}`, activeMatch: '/decisions/' },
    ],
    sidebar: {
      '/guide/': [{ text: 'Guide', items: guide.map((page) => titled('guide', page)) }],
      '/api/': [{ text: 'API', items: modules.map(({ name }) => ({ text: name, link: `/api/${name}` })) }],
      '/decisions/': [{ text: 'Decisions', items: decisions.map((page) => titled('decisions', page)) }],
    },
  },
});
