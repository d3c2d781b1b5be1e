import type { RgbImage } from '@hm/images/browser';
import { type Gallery, openGallery, type RecognizedFace, type Recognizer } from '@hm/recognize/browser';
import { count } from './count.ts';
import { element } from './element.ts';
import { personRow } from './person-row.ts';

/** What the people of the page ask of it. */
export interface PeopleHost {
  /** The photograph of a panel. */
  photograph(panel: number): RgbImage | undefined;
  /** Least similarity of one person; undefined where nobody knows it, or the network's calibration does. */
  threshold(): number | undefined;
  /** Someone came or went. */
  changed(): void;
  say(text: string): void;
  report(error: unknown): void;
}

/** The people who are enrolled in this browser, for each network by themselves. */
export class People {
  readonly #host: PeopleHost;
  #gallery: Gallery | undefined;
  #calibrated = false;

  constructor(host: PeopleHost) {
    this.#host = host;
    element<HTMLFormElement>('enroll').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#enroll().catch(host.report);
    });
  }

  async open(recognizer: Recognizer): Promise<void> {
    await this.#gallery?.release();
    this.#gallery = await openGallery(`people of ${recognizer.fingerprint}`, recognizer);
    this.#calibrated = recognizer.calibration !== undefined;
    await this.#list();
  }

  /** Who a face is, in words; empty where nobody is enrolled, or nothing says what is similar enough. */
  async describe(face: RecognizedFace): Promise<string> {
    const gallery = this.#gallery;
    const threshold = this.#host.threshold();
    if (gallery === undefined || !(this.#calibrated || threshold !== undefined)) return '';
    if ((await gallery.list()).length === 0) return '';
    const { name, reason, candidates } = await gallery.identifyFace(face, { threshold });
    const [best, second] = candidates;
    const similarity = `similarity ${best!.similarity.toFixed(4)}`;
    if (name !== null) return `${name} (${similarity}).`;
    if (reason === 'ambiguous') return `${best!.name} or ${second!.name}: too alike to say which.`;
    return `Nobody who is enrolled; most like ${best!.name} (${similarity}).`;
  }

  async #enroll(): Promise<void> {
    const photograph = this.#host.photograph(Number(element<HTMLSelectElement>('whose').value));
    if (photograph === undefined || this.#gallery === undefined)
      return this.#host.say('Choose that photograph first.');
    const name = element<HTMLInputElement>('person');
    const known = (await this.#gallery.list()).some((person) => person.name === name.value.trim());
    const threshold = this.#host.threshold();
    const { person } = await this.#gallery[known ? 'update' : 'enroll'](name.value, [photograph], {
      threshold,
    });
    name.value = '';
    this.#host.say(`${person.name} is enrolled, with ${count(person.photographs, 'photograph')}.`);
    await this.#list();
    this.#host.changed();
  }

  async #list(): Promise<void> {
    const people = await this.#gallery!.list();
    const rows = people.map(({ name, photographs }) => {
      const forget = () => this.#forget(name).catch(this.#host.report);
      return personRow(name, count(photographs, 'photograph'), { label: 'Forget', act: forget }).row;
    });
    element('enrolled').replaceChildren(...rows);
  }

  async #forget(name: string): Promise<void> {
    await this.#gallery!.forget(name);
    this.#host.say(`${name} is forgotten.`);
    await this.#list();
    this.#host.changed();
  }
}
