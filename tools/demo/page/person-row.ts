/** Makes a list row for a person, with a description and a button that removes the person. */
export function personRow(name: string, about: string, { label, act }: { label: string; act(): void }) {
  const row = document.createElement('li');
  const text = document.createElement('span');
  const button = document.createElement('button');
  text.textContent = `${name}, ${about}`;
  button.textContent = label;
  button.setAttribute('aria-label', `${label} ${name}`);
  button.addEventListener('click', act);
  row.append(text, button);
  return { row, text };
}
