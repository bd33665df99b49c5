import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  echoRequestMessage,
  INIT_REQUIRED,
  MAX_MESSAGE_BYTES,
  messageLength,
  parsePreinitReply,
  parseServerError,
  preinitMessage,
  startTlsMessage,
} from '../../../src/core/qnetd/probe.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const hex = (message: Uint8Array): string => Buffer.from(message).toString('hex');

/** As corosync-qnetd 3.0.3 sent it, started with `-s on` and with `-s req` (measured on Debian 12). */
const REPLY_ON = bytes('0001 00000012 0000 0004 00000001 0002 0001 01 0003 0001 01');
const REPLY_REQUIRED = bytes('0001 00000012 0000 0004 00000001 0002 0001 02 0003 0001 01');
const INIT_IS_REQUIRED = bytes('0005 0000000e 0000 0004 00000003 0006 0002 000b');

describe('what the probe says', () => {
  it('is PREINIT with a sequence number and a cluster name, byte for byte as qdevice sends it', () => {
    expect(hex(preinitMessage(1, 'probe'))).toBe('000000000011000000040000000100010005' + '70726f6265');
  });

  it('is STARTTLS with a sequence number', () => {
    expect(hex(startTlsMessage(2))).toBe('0002000000080000000400000002');
  });

  it('is ECHO_REQUEST with a sequence number', () => {
    expect(hex(echoRequestMessage(3))).toBe('0008000000080000000400000003');
  });

  it('is never INIT (type 3), with which a cluster would be joined', () => {
    const types = [preinitMessage(1, 'a'), startTlsMessage(1), echoRequestMessage(1)].map((message) =>
      hex(message).slice(0, 4),
    );
    expect(types).toEqual(['0000', '0002', '0008']);
  });

  it('counts the bytes of a name, not its characters', () => {
    expect(hex(preinitMessage(1, 'é'))).toContain('00010002c3a9');
  });

  it('carries sequence numbers of 32 bits', () => {
    expect(hex(startTlsMessage(0xffff_fffe))).toMatch(/fffffffe$/);
  });
});

describe('messageLength', () => {
  it('is known with the sixth byte', () => {
    for (let received = 0; received < 6; received += 1) {
      expect(messageLength(REPLY_ON.subarray(0, received))).toMatchObject({ ok: true, value: null });
    }
    expect(messageLength(REPLY_ON.subarray(0, 6))).toMatchObject({ ok: true, value: REPLY_ON.length });
  });

  it.each([
    ['a web server', '48545450'],
    ['an SSH server', '5353482d'],
    ['INIT_REPLY, which nobody asked for', '0004'],
    ['a TLS alert', '15030300'],
  ])('refuses %s at its second byte', (_, text) => {
    expect(messageLength(bytes(text))).toMatchObject({ ok: false, findings: [{ code: 'not_qnetd' }] });
  });

  it('refuses a length beyond what qnetd may send before INIT', () => {
    const header = (length: number): Uint8Array =>
      Uint8Array.from([0, 1, 0, (length >> 16) & 255, (length >> 8) & 255, length & 255]);
    expect(messageLength(header(MAX_MESSAGE_BYTES - 6)).ok).toBe(true);
    expect(messageLength(header(MAX_MESSAGE_BYTES - 5)).ok).toBe(false);
  });
});

describe('parsePreinitReply', () => {
  it('reads what a real qnetd answered', () => {
    expect(parsePreinitReply(REPLY_ON, 1)).toMatchObject({
      ok: true,
      value: { tls: 'on', clientCertificateRequired: true },
    });
    expect(parsePreinitReply(REPLY_REQUIRED, 1)).toMatchObject({ ok: true, value: { tls: 'required' } });
  });

  it('reads TLS off and no client certificate', () => {
    const reply = bytes('0001 00000012 0000 0004 00000001 0002 0001 00 0003 0001 00');
    expect(parsePreinitReply(reply, 1)).toMatchObject({
      ok: true,
      value: { tls: 'off', clientCertificateRequired: false },
    });
  });

  it('passes over options that it does not know, as the daemons do', () => {
    const reply = bytes('0001 00000018 0000 0004 00000001 0063 0002 abcd 0002 0001 01 0003 0001 01');
    expect(parsePreinitReply(reply, 1).ok).toBe(true);
  });

  it.each([
    ['another sequence number', '0001 00000012 0000 0004 00000009 0002 0001 01 0003 0001 01'],
    ['no sequence number', '0001 0000000a 0002 0001 01 0003 0001 01'],
    ['no TLS mode', '0001 0000000d 0000 0004 00000001 0003 0001 01'],
    ['no word on client certificates', '0001 0000000d 0000 0004 00000001 0002 0001 01'],
    ['a TLS mode that does not exist', '0001 00000012 0000 0004 00000001 0002 0001 03 0003 0001 01'],
    ['a truth value that is none', '0001 00000012 0000 0004 00000001 0002 0001 01 0003 0001 02'],
    ['a TLS mode of two bytes', '0001 00000013 0000 0004 00000001 0002 0002 0001 0003 0001 01'],
    ['an option twice', '0001 00000017 0000 0004 00000001 0002 0001 00 0002 0001 02 0003 0001 01'],
    ['an option that is cut off', '0001 00000011 0000 0004 00000001 0002 0001 01 0003 0001'],
    ['half an option header', '0001 00000015 0000 0004 00000001 0002 0001 01 0003 0001 01 000000'],
    ['a byte too many', '0001 00000012 0000 0004 00000001 0002 0001 01 0003 0001 01 00'],
    ['a byte too few', '0001 00000012 0000 0004 00000001 0002 0001 01 0003 0001'],
    ['no option', '0001 00000000'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parsePreinitReply(bytes(text), 1)).toMatchObject({ ok: false, findings: [{ code: 'not_qnetd' }] });
  });

  it("hands on qnetd's own refusal with its code", () => {
    const refusal = bytes('0005 0000000e 0000 0004 00000001 0006 0002 0007');
    expect(parsePreinitReply(refusal, 1)).toMatchObject({
      ok: false,
      findings: [{ code: 'qnetd_error', params: { errorCode: 7 } }],
    });
  });

  it('never throws and never guesses, whatever the bytes', () => {
    const beginning = fc.constantFrom([], [0, 1], [0, 5], [0, 1, 0, 0, 0, 18]);
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        const result = parsePreinitReply(Uint8Array.from([...start, ...rest]), 1);
        if (result.ok) expect(['off', 'on', 'required']).toContain(result.value.tls);
        else expect(['not_qnetd', 'qnetd_error']).toContain(result.findings[0]?.code);
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads from the middle of a larger buffer', () => {
    const pool = Uint8Array.from([9, 9, 9, ...REPLY_ON, 9]);
    expect(parsePreinitReply(pool.subarray(3, -1), 1).ok).toBe(true);
  });
});

describe('parseServerError', () => {
  it('reads that INIT is missing, which proves that the TLS check was passed', () => {
    expect(parseServerError(INIT_IS_REQUIRED, 3)).toMatchObject({ ok: true, value: INIT_REQUIRED });
  });

  it('takes an error without a sequence number, as qnetd sends it of a message that it could not read', () => {
    expect(parseServerError(bytes('0005 00000006 0006 0002 0005'), 3)).toMatchObject({ ok: true, value: 5 });
  });

  it.each([
    ['an answer to another question', '0005 0000000e 0000 0004 00000002 0006 0002 000b'],
    ['a PREINIT_REPLY', '0001 00000012 0000 0004 00000003 0002 0001 01 0003 0001 01'],
    ['no error code', '0005 00000008 0000 0004 00000003'],
    ['an error code of one byte', '0005 0000000d 0000 0004 00000003 0006 0001 0b'],
  ])('refuses %s', (_, text) => {
    expect(parseServerError(bytes(text), 3)).toMatchObject({ ok: false, findings: [{ code: 'not_qnetd' }] });
  });
});
