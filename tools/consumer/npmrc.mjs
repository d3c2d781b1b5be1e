/** The lines of an .npmrc that make npm and pnpm look for `@hm` packages in a registry and publish there. */
export const npmrc = ({ url, token }) =>
  `@hm:registry=${url}\n${url.replace('http:', '')}:_authToken=${token}\n`;
