import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KekFileUnusable, makeKekFile, readKekFile } from '../../../src/platform/config/kek-file.ts';

describe('the file of the key-encryption key', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-kek-'));
    path = join(folder, 'kek');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is not there until it is made', () => {
    expect(readKekFile(path)).toBeNull();
  });

  it('is made for its owner alone, in base64, and with a word of warning', () => {
    const made = makeKekFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')).toHaveLength(32);
    expect(made.warning).toContain(path);
  });

  it('reads back as the key that was made', () => {
    const made = makeKekFile(path);
    expect(readKekFile(path)).toEqual({ kek: made.kek, warning: null });
    expect(readKekFile(path)?.kek.id).toBe(made.kek.id);
  });

  it('is never made over one that stands: that one is the key', () => {
    const { kek } = makeKekFile(path);
    const content = readFileSync(path, 'utf8');
    expect(makeKekFile(path)).toEqual({ kek, warning: null });
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('leaves no draft behind', () => {
    makeKekFile(path);
    makeKekFile(path);
    expect(readdirSync(folder)).toEqual(['kek']);
  });

  it('is a different key each time', () => {
    expect(makeKekFile(path).kek.id).not.toBe(makeKekFile(join(folder, 'other')).kek.id);
  });

  it.each([0o640, 0o604, 0o660, 0o644])('is read with a warning when its mode %o lets others in', (mode) => {
    makeKekFile(path);
    chmodSync(path, mode);
    expect(readKekFile(path)?.warning).toContain('chmod 600');
  });

  it('in a directory that is missing makes that too', () => {
    const deep = join(folder, 'a', 'b', 'kek');
    makeKekFile(deep);
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
  });

  it('with another content is refused, and the sentence tells nothing of it', () => {
    writeFileSync(path, 'not-a-key-but-some-secret', { mode: 0o600 });
    expect(() => readKekFile(path)).toThrow(KekFileUnusable);
    expect(() => readKekFile(path)).toThrow(path);
    expect(() => readKekFile(path)).not.toThrow(/some-secret/);
  });

  it('that cannot be read is refused, not made anew', () => {
    expect(() => readKekFile(folder)).toThrow();
    expect(() => readKekFile(join(path, 'below-a-file', 'kek'))).not.toThrow(/undefined/);
  });
});
