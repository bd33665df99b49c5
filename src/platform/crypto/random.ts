import { randomBytes, randomInt, randomUUIDv7 as uuid } from 'node:crypto';
import { serialNumber, type SerialNumber } from '../../core/certificates/serial.ts';
import { Secret } from './secret.ts';

/*
 * The only source of chance in the service. A job draws its random values when it is made and keeps them, so that a
 * repeated step does not draw again.
 */

let last = '';

/** The last group of a UUID: 48 bits, all of them random. */
const TAIL_DIGITS = 12;
const TAIL_END = 2 ** 48;
const LONGEST_STRIDE = 2 ** 24;

/** An id a random stride after this one; null where its last group has no room for it. */
const after = (id: string): string | null => {
  const tail = Number.parseInt(id.slice(-TAIL_DIGITS), 16) + randomInt(1, LONGEST_STRIDE);
  return tail < TAIL_END ? id.slice(0, -TAIL_DIGITS) + tail.toString(16).padStart(TAIL_DIGITS, '0') : null;
};

/**
 * A new id: a UUID of version 7 (RFC 9562), which sorts by the time it was made. Within a millisecond chance decides the
 * order, so where a draw does not sort after the last one, the last one is counted on from (RFC 9562, 6.2, method 2). Drawing until
 * one does would take twice as many draws for each further id of a millisecond.
 */
export const randomUUIDv7 = (): string => {
  let id: string = uuid();
  while (id <= last) id = after(last) ?? uuid();
  last = id;
  return id;
};

const SERIAL_BYTES = 18;

/** A certificate's serial number: 18 bytes, of which 142 bits are random. */
export const randomSerialNumber = (): SerialNumber => {
  const bytes = randomBytes(SERIAL_BYTES);
  // 01xx xxxx: positive, and always of the same length.
  bytes[0] = (bytes.readUInt8(0) & 0x3f) | 0x40;
  const made = serialNumber(bytes);
  if (!made.ok) throw new Error('a fresh serial number broke its own rule');
  return made.value;
};

const TOKEN_BYTES = 32;

/**
 * The secret part of an access token: 256 random bits as 64 hexadecimal digits. Hexadecimal, because it then holds
 * none of the characters that separate the parts of a token.
 */
export const randomTokenSecret = (): Secret => new Secret(randomBytes(TOKEN_BYTES).toString('hex'));

/** A key of AES-256 as base64, as `kek` files hold it. */
export const randomKek = (): Secret => new Secret(randomBytes(32).toString('base64'));

/** A nonce of AES-GCM: 96 bits (NIST SP 800-38D, 5.2.1.1 recommends exactly this length). */
export const randomNonce = (): Uint8Array => randomBytes(12);

/** A mark that no output can hold by chance or by intent: 128 random bits in hexadecimal. */
export const randomNonceText = (): string => randomBytes(16).toString('hex');

/** A number from 0 up to but not 1, for pauses that should not all end together. */
export const randomFraction = (): number => randomBytes(4).readUInt32BE() / 2 ** 32;

/** A key that signs webhooks, as Standard Webhooks writes it: `whsec_` and 256 random bits in base64. */
export const randomWebhookSecret = (): Secret => new Secret(`whsec_${randomBytes(32).toString('base64')}`);
