import { error, fail, succeed, type Result } from '../finding.ts';
import { hex } from './bytes.ts';

/** A certificate's serial number: lower-case hexadecimal, two digits a byte, positive, without superfluous zeros. */
export type SerialNumber = string & { readonly __brand: 'SerialNumber' };

/** Enough that two random serials never meet; NSS cannot hold two certificates of one issuer with equal serials. */
export const MIN_SERIAL_BYTES = 16;
/** RFC 5280, 4.1.2.2: at most 20 octets in DER, of which a set top bit would take one. */
export const MAX_SERIAL_BYTES = 19;

/**
 * Makes a serial number of random bytes, big-endian.
 * @param bytes 16 to 19 bytes; the first lies between 0x01 and 0x7f, so that the number is positive and exactly as long as given
 */
export const serialNumber = (bytes: Uint8Array): Result<SerialNumber> => {
  const first = bytes[0] ?? 0;
  const longEnough = bytes.length >= MIN_SERIAL_BYTES && bytes.length <= MAX_SERIAL_BYTES;
  if (!longEnough || first === 0 || first > 0x7f) {
    return fail(
      error(
        'invalid_serial',
        'serial',
        'A serial number is 16 to 19 bytes and begins with a byte from 0x01 to 0x7f (RFC 5280, 4.1.2.2).',
        { bytes: bytes.length },
      ),
    );
  }
  return succeed(hex(bytes) as SerialNumber);
};

/** Reads a serial number back from its hexadecimal form, for example from a database row. */
export const parseSerialNumber = (text: string): Result<SerialNumber> => {
  const pairs = /^(?:[0-9a-f]{2})+$/.test(text) ? text.match(/../g) : null;
  return serialNumber(Uint8Array.from(pairs ?? [], (pair) => Number.parseInt(pair, 16)));
};
