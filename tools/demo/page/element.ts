/** Returns the page's element with an id, which must exist. */
export const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
