export const modules: { name: string; package: string; file: string }[];
