import type { RgbImage } from '@hm/images/browser';
import { type Gallery, openGallery, type RecognizedFace, type Recognizer } from '@hm/recognize/browser';
import { count } from './count.ts';
import { element } from './element.ts';
import { personRow } from './person-row.ts';

/** Callbacks that {@link People} needs from the page. */
export interface PeopleHost {
  /** Returns the photograph of a panel. */
  photograph(panel: number): RgbImage | undefined;
  /**
   * Returns the least similarity of the same person. Undefined if it is unknown or the network's calibration has it.
   */
  threshold(): number | undefined;
  /** Called after a person was enrolled or removed. */
  changed(): void;
  /** Shows a message. */
  say(text: string): void;
  /** Shows an error. */
  report(error: unknown): void;
}

/** The people enrolled in this browser, with a separate gallery for each network. */
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

  /** Describes in words who a face is. Empty if nobody is enrolled or there is no threshold. */
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
