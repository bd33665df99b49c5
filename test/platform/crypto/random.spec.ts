import { describe, expect, it } from 'vitest';
import { parseSerialNumber } from '../../../src/core/certificates/serial.ts';
import { loadKek } from '../../../src/platform/crypto/kek.ts';
import {
  randomKek,
  randomNonce,
  randomSerialNumber,
  randomTokenSecret,
  randomUUIDv7,
} from '../../../src/platform/crypto/random.ts';

const many = <T>(make: () => T): readonly T[] => Array.from({ length: 2_000 }, make);

describe('random values', () => {
  it('make serial numbers that are positive, of one length and never equal (invariant 16)', () => {
    const serials = many(randomSerialNumber);
    expect(new Set(serials).size).toBe(serials.length);
    expect(serials.every((serial) => serial.length === 36 && parseSerialNumber(serial).ok)).toBe(true);
  });

  it('leave no bit of a serial number fixed but the first two', () => {
    const serials = many(randomSerialNumber).map((serial) => BigInt(`0x${serial}`));
    const ones = serials.reduce((all, serial) => all | serial, 0n);
    const zeros = serials.reduce((all, serial) => all & serial, (1n << 144n) - 1n);
    expect(ones).toBe((1n << 143n) - 1n);
    expect(zeros).toBe(1n << 142n);
  });

  it('make ids of version 7 that sort by time', () => {
    const ids = many(randomUUIDv7);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
      true,
    );
    expect((ids.at(0) ?? '').slice(0, 8) <= (ids.at(-1) ?? '').slice(0, 8)).toBe(true);
  });

  it('make token secrets of 256 bits, without the characters that separate the parts of a token', () => {
    const secrets = many(() => randomTokenSecret().reveal());
    expect(new Set(secrets).size).toBe(secrets.length);
    expect(secrets.every((secret) => /^[0-9a-f]{64}$/.test(secret))).toBe(true);
  });

  it('make key-encryption keys that load', () => {
    expect(loadKek(randomKek()).ok).toBe(true);
  });

  it('make nonces of 96 bits that do not repeat', () => {
    const nonces = many(() => Buffer.from(randomNonce()).toString('hex'));
    expect(new Set(nonces).size).toBe(nonces.length);
    expect(nonces[0]?.length).toBe(24);
  });
});
