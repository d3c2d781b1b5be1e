/** Returns the .npmrc lines with which npm and pnpm install `@hm` packages from a registry and publish to it. */
export const npmrc = ({ url, token }) =>
  `@hm:registry=${url}\n${url.replace('http:', '')}:_authToken=${token}\n`;
