/** Labels of one series; an empty one is left out, as Prometheus takes the two for the same. */
export type Labels = Readonly<Record<string, string>>;

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** `customer="North",cluster="c1"`: escaped as Prometheus' text format has it. */
export const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

/** A gauge whose series are written down one by one; its lines stand together, as the format demands. */
export class GaugeFamily {
  readonly #name: string;
  readonly #lines: string[];

  /** @param help one line, without a line break */
  constructor(name: string, help: string) {
    this.#name = name;
    this.#lines = [`# HELP ${name} ${help}\n# TYPE ${name} gauge\n`];
  }

  /** @param labels as `labelText` makes them */
  set(labels: string, value: number): void {
    this.#lines.push(labels === '' ? `${this.#name} ${value}\n` : `${this.#name}{${labels}} ${value}\n`);
  }

  /** Everything in one piece. */
  text(): string {
    return this.#lines.join('');
  }
}
