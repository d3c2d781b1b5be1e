/** The page's element of an id, which is there. */
export const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
