import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, MAX_FILE_LINES, parse } from '../../../../src/core/corosync/conf/parse.ts';
import { print } from '../../../../src/core/corosync/conf/print.ts';
import { anyFile, clusterFile } from './generated-files.ts';
import { parsed, realFile, realFiles } from './real-files.ts';
import { verdicts } from './verdicts.ts';

const refusal = (text: string) => {
  const result = parse(text);
  return result.ok ? null : result.findings.map(({ code }) => code);
};

describe('parsing corosync.conf', () => {
  it.each(verdicts)('judges $about as corosync does, or stricter', ({ text, debian12, since3110, ours }) => {
    expect(refusal(text)).toEqual(ours === null ? null : [ours]);
    // Whatever one release refuses must never pass here.
    if (ours === null) expect([debian12, since3110]).toEqual([true, true]);
  });

  it('is stricter than both releases only where it says so', () => {
    const stricter = verdicts.filter(({ debian12, since3110, ours }) => debian12 && since3110 && ours !== null);
    expect(new Set(stricter.map(({ ours }) => ours))).toEqual(
      new Set(['key_missing', 'sections_too_deep', 'subsection_not_allowed_here', 'no_break_space']),
    );
  });

  it.each(realFiles)('reads %s', (name) => {
    expect(refusal(realFile(name))).toBeNull();
  });

  it('accepts every file that is nasty but valid', () => {
    fc.assert(
      fc.property(fc.oneof(anyFile, clusterFile), (text) => {
        expect(refusal(text)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('builds the tree that the braces say', () => {
    expect(parsed('# c\na {\n\tbcd: 1\n}\n')).toEqual({
      entries: [
        { kind: 'remark', raw: '# c\n' },
        {
          kind: 'section',
          name: 'a',
          opening: 'a {\n',
          entries: [{ kind: 'item', raw: '\tbcd: 1\n', key: 'bcd', value: '1' }],
          closing: '}\n',
        },
      ],
    });
  });

  it('never throws, whatever it is given, and prints back whatever it accepts', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(fc.constantFrom('{', '}', ':', '#', '\n', '\r', ' ', '\t', '\u00a0', '\0', 'a', 'totem', 'quorum'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const result = parse(text);
        if (result.ok) expect(print(result.value)).toBe(text);
        else expect(result.findings).toHaveLength(1);
      }),
      { numRuns: 2000 },
    );
  });

  it('survives any damage to a real file', () => {
    const damage = fc.tuple(
      fc.constantFrom(...realFiles),
      fc.nat(2_000),
      fc.nat(40),
      fc.string({ unit: fc.constantFrom('{', '}', ':', '\n', '#', '\0', 'x', '9', '\u00ff'), maxLength: 5 }),
    );
    fc.assert(
      fc.property(damage, ([name, at, cut, inserted]) => {
        const whole = realFile(name);
        const text = whole.slice(0, at) + inserted + whole.slice(at + cut);
        const result = parse(text);
        if (result.ok) expect(print(result.value)).toBe(text);
        else expect(result.findings[0]?.severity).toBe('error');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a refusal', () => {
  const finding = (text: string) => {
    const result = parse(text);
    return result.ok ? undefined : result.findings[0];
  };

  it('names the line, counted from 1, at which corosync would have stopped', () => {
    expect(finding('totem {\n# c\n\n  version = 2\n}\n')).toMatchObject({
      code: 'line_not_understood',
      severity: 'error',
      subject: 'corosync.conf:4',
      params: { line: 4 },
    });
    expect(finding('totem {\nversion: 2\n')?.params).toEqual({ line: 2 });
  });

  it('never quotes the file, which may hold the cluster key', () => {
    const secret = 'c2VjcmV0a2V5';
    for (const text of [
      `totem {\nkey: ${secret} {\n}\n`,
      `totem {\nkey ${secret}\n}\n`,
      `totem {\ntoken: ${secret}\n}\n`,
      `totem {\n${secret} x: 1\n}\n`,
      `totem {\nkey: ${secret}${'x'.repeat(600)}\n}\n`,
    ]) {
      const refused = finding(text);
      expect(refused).toBeDefined();
      expect(JSON.stringify(refused)).not.toContain(secret);
    }
  });

  it('meets a file that is too large, holds a NUL byte or was decoded', () => {
    const line = `#${'x'.repeat(62)}\n`;
    expect(finding(line.repeat(MAX_FILE_BYTES / line.length))).toBeUndefined();
    expect(finding(`#\n${line.repeat(MAX_FILE_BYTES / line.length)}`)?.code).toBe('file_too_large');
    expect(finding('#\n'.repeat(MAX_FILE_LINES))).toBeUndefined();
    expect(finding('#\n'.repeat(MAX_FILE_LINES + 1))?.code).toBe('too_many_lines');
    expect(finding('totem {\n}\n\0')?.code).toBe('nul_byte');
    expect(finding('# €\n')?.code).toBe('not_a_byte_string');
  });
});
