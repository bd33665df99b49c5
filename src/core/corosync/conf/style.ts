import type { Section } from './tree.ts';

/** How a file is laid out around the place where something is to be written. */
export interface Style {
  /** The white space before each entry of the section. */
  readonly indent: string;
  /** What one level deeper adds. */
  readonly unit: string;
  readonly lineEnd: '\n' | '\r\n';
}

/** @returns the section's own style, taken from its first item: tabs, two blanks, four, or none at all */
export const styleOf = (section: Section): Style => {
  const outer = leadingBlanks(section.opening);
  const first = section.entries.find((entry) => entry.kind === 'item');
  const indent = first ? leadingBlanks(first.raw) : `${outer}  `;
  return {
    indent,
    unit: indent.startsWith(outer) ? indent.slice(outer.length) : '',
    lineEnd: section.opening.endsWith('\r\n') ? '\r\n' : '\n',
  };
};

const leadingBlanks = (raw: string): string => /^[ \t]*/.exec(raw)?.[0] ?? '';
