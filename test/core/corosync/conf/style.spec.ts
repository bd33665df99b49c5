import { describe, expect, it } from 'vitest';
import { styleOf } from '../../../../src/core/corosync/conf/style.ts';
import { parsed } from './real-files.ts';

const style = (text: string) => {
  const section = parsed(text).entries.find((entry) => entry.kind === 'section');
  return section && styleOf(section);
};

describe("a section's own style", () => {
  it.each([
    ['two blanks', 'quorum {\n  provider: x\n}\n', { indent: '  ', unit: '  ', lineEnd: '\n' }],
    ['four blanks', 'quorum {\n    provider: x\n}\n', { indent: '    ', unit: '    ', lineEnd: '\n' }],
    ['tabs', 'quorum {\n\tprovider: x\n}\n', { indent: '\t', unit: '\t', lineEnd: '\n' }],
    ['nothing', 'quorum {\nprovider: x\n}\n', { indent: '', unit: '', lineEnd: '\n' }],
    ['CRLF', 'quorum {\r\n\tprovider: x\r\n}\r\n', { indent: '\t', unit: '\t', lineEnd: '\r\n' }],
    [
      'a section that is indented itself',
      ' quorum {\n   provider: x\n }\n',
      { indent: '   ', unit: '  ', lineEnd: '\n' },
    ],
    [
      'items no deeper than their section',
      '\tquorum {\n\tprovider: x\n\t}\n',
      { indent: '\t', unit: '', lineEnd: '\n' },
    ],
    [
      'items less deep than their section',
      '\tquorum {\n  provider: x\n\t}\n',
      { indent: '  ', unit: '', lineEnd: '\n' },
    ],
  ])('is taken from it: %s', (_what, text, expected) => {
    expect(style(text)).toEqual(expected);
  });

  it('goes by the first item, not by a comment or a section inside', () => {
    expect(style('quorum {\n# note\n\n        device {\n        }\n  provider: x\n}\n')?.indent).toBe('  ');
  });

  it('is two blanks where nothing shows it', () => {
    expect(style('quorum {\n}\n')).toEqual({ indent: '  ', unit: '  ', lineEnd: '\n' });
  });
});
