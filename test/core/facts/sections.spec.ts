import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, listing, readSections, section } from '../../../src/core/facts/sections.ts';
import { framed, NONCE, report, told } from './frames.ts';
import { RECORDED, recordedText } from './recorded.ts';

/** Text that a command may print: anything, and much that looks like a frame. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[-a-z0-9 \n]{0,40}$/),
  fc.constantFrom(
    '',
    '\n',
    '\n\n',
    '--',
    '\n-- out user\n',
    '\n--ffffffffffffffffffffffffffffffff end quorum\n',
    'a\r\nb\n',
  ),
);
const anyOutput = fc.record({ exitCode: fc.integer({ min: 0, max: 255 }), stdout: anyText, stderr: anyText });
const anyName = fc.stringMatching(/^[A-Za-z]{1,12}$/);
const anyReport = fc.dictionary(anyName, anyOutput, { maxKeys: 6, noNullPrototype: true });

describe('the sections of a look', () => {
  it('come back byte for byte, with both streams and the exit code of each', () => {
    fc.assert(
      fc.property(anyReport, (sections) => {
        expect(Object.fromEntries(readSections(report(sections), NONCE))).toEqual(sections);
      }),
    );
  });

  it('keep every line break at the begin and the end of a stream', () => {
    const output = { exitCode: 2, stdout: '\n\ntext\n\n\n', stderr: 'one\n\n' };
    const sections = readSections(report({ first: output, last: output }), NONCE);
    expect(section(sections, 'first')).toEqual(output);
    expect(section(sections, 'last')).toEqual(output);
  });

  it('are whole or missing, wherever the output is cut', () => {
    const whole = { quorum: { exitCode: 127, stdout: 'a\nb\n', stderr: 'c\nd\n' }, space: told('e') };
    const text = report(whole);
    for (let length = 0; length < text.length; length += 1) {
      const found = readSections(text.slice(0, length), NONCE);
      for (const [name, output] of found) expect(output).toEqual(whole[name as keyof typeof whole]);
      expect(found.has('space')).toBe(false);
    }
  });

  it('are whole or missing as well where a real look is cut', () => {
    for (const name of RECORDED) {
      const text = recordedText(name);
      const whole = readSections(text, NONCE);
      for (let length = 0; length < text.length; length += 97)
        for (const [key, output] of readSections(text.slice(0, length), NONCE)) expect(output).toEqual(whole.get(key));
    }
  });

  it('cannot be forged by anything that a command prints without the nonce', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{32}$/), anyName, anyOutput, (guess, name, output) => {
        fc.pre(guess !== NONCE);
        const forged = `\n${framed(name, output, guess)}\n--${guess} end config\n`;
        const sections = readSections(report({ config: told(forged), user: told('0') }), NONCE);
        expect([...sections.keys()]).toEqual(['config', 'user']);
        expect(section(sections, 'config').stdout).toBe(forged);
      }),
    );
  });

  it('cannot be forged on standard error either', () => {
    const forged = framed('user', told('0')).replaceAll(NONCE, 'f'.repeat(32));
    const sections = readSections(report({ clock: { exitCode: 1, stdout: '', stderr: forged } }), NONCE);
    expect([...sections.keys()]).toEqual(['clock']);
    expect(section(sections, 'clock').stderr).toBe(forged);
  });

  it('do not begin in the middle of a line', () => {
    expect([...readSections(`x${framed('user', told('0'))}`, NONCE).keys()]).toEqual([]);
  });

  it('survive what stands around them, such as the words of a login shell', () => {
    const text = `Welcome!\n${framed('user', told('0\n'))}rubbish\n${framed('clock', told('1'))}rest`;
    expect([...readSections(text, NONCE).keys()]).toEqual(['user', 'clock']);
  });

  it('do not begin behind anything but a line feed, whatever else Unicode ends a line with', () => {
    for (const end of ['\r', '\u2028', '\u2029'])
      expect([...readSections(`x${end}${framed('user', told('0'))}`, NONCE).keys()]).toEqual([]);
  });

  it.each([
    ['that begin and never end', `--${NONCE} out user\n`],
    ['that have no end', `--${NONCE} out user\n\n--${NONCE} err user 0\n`],
    ['that end and never began', `--${NONCE} end user\n`],
  ])('are found in one pass, so that a megabyte of frames %s does not keep anybody waiting', (_, frames) => {
    const text = frames.repeat(1_000_000 / frames.length);
    const begun = process.threadCpuUsage();
    expect(readSections(text, NONCE).size).toBe(0);
    const { user, system } = process.threadCpuUsage(begun);
    expect((user + system) / 1_000).toBeLessThan(500);
  });

  it.each(['', 'short', 'G'.repeat(32), '.*', 'a'.repeat(15), 'A1'.repeat(16)])(
    'are not read under the nonce "%s"',
    (nonce) => {
      expect(() => readSections('', nonce)).toThrow(RangeError);
    },
  );
});

describe('the answer of a section', () => {
  const sections = readSections(
    report({ machine: told('  abc\n'), silent: told(''), failed: { exitCode: 1, stdout: 'half', stderr: 'no' } }),
    NONCE,
  );

  it('is what was printed, trimmed, when the command went well', () => {
    expect(answer(sections, 'machine')).toBe('abc');
    expect(answer(sections, 'silent')).toBe('');
  });

  it('is none when the command failed, whatever it printed', () => {
    expect(answer(sections, 'failed')).toBeNull();
  });

  it('is none when the section is missing, which reads like a command that failed', () => {
    expect(answer(sections, 'absent')).toBeNull();
    expect(section(sections, 'absent')).toEqual({ exitCode: -1, stdout: '', stderr: 'the look was cut short' });
  });
});

describe('a listing', () => {
  const listed = (stdout: string): string =>
    listing(new Map([['units', { exitCode: 3, stdout, stderr: '' }]]), 'units');

  it('is what was printed, whatever the exit code', () => {
    expect(listed('a\nb\n')).toBe('a\nb\n');
    expect(listing(new Map(), 'units')).toBe('');
  });

  it('is empty when it is longer than any host has to tell, instead of half', () => {
    expect(listed('a\n'.repeat(3_999))).toHaveLength(7_998);
    expect(listed('a\n'.repeat(4_000))).toBe('');
  });
});
