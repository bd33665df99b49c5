import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { print } from '../../../../src/core/corosync/conf/print.ts';
import { anyFile, clusterFile } from './generated-files.ts';
import { parsed, realFile, realFiles } from './real-files.ts';

describe('printing what was parsed', () => {
  it.each(realFiles)('gives back %s byte for byte (invariant 13)', (name) => {
    expect(print(parsed(realFile(name)))).toBe(realFile(name));
  });

  it.each(realFiles)('gives back %s with CRLF, too', (name) => {
    const text = realFile(name).replaceAll('\n', '\r\n');
    expect(print(parsed(text))).toBe(text);
  });

  it.each(realFiles)('gives back %s without its last line feed', (name) => {
    const text = realFile(name).trimEnd();
    expect(print(parsed(text))).toBe(text);
  });

  it('gives back every generated file byte for byte (invariant 13)', () => {
    fc.assert(
      fc.property(fc.oneof(anyFile, clusterFile), (text) => {
        expect(print(parsed(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps tabs, stray blanks, comments, bytes beyond ASCII and mixed line ends', () => {
    const text = '\t#\u00e9\u00ff\r\n \t\ntotem:{ \r\n\tversion :2\t \n\n  # } \n\t}  \r\nabc:def';
    expect(print(parsed(text))).toBe(text);
  });
});
