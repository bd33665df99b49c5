import { error, fail, succeed, type Result } from '../finding.ts';

/*
 * The few messages of qnetd's protocol that a probe needs (`qdevices/msg.h`, `msg.c`, `tlv.h`, `tlv.c` of
 * corosync-qdevice). A message is a type of 16 bits, the length of the rest of 32 bits, and options: each a type and
 * a length of 16 bits and a value. All big-endian.
 */
const MESSAGE_HEADER_BYTES = 6;
const OPTION_HEADER_BYTES = 4;

const MessageType = { preinit: 0, preinitReply: 1, startTls: 2, serverError: 5, echoRequest: 8 } as const;
const OptionType = { sequenceNumber: 0, clusterName: 1, tlsSupported: 2, clientCertRequired: 3, errorCode: 6 } as const;

/** QNETD_DEFAULT_MAX_CLIENT_SEND_SIZE: nothing qnetd sends before INIT is longer. */
export const MAX_MESSAGE_BYTES = 1 << 15;

/** TLV_REPLY_ERROR_CODE_INIT_REQUIRED, the answer to a request that passed the TLS check but came before INIT. */
export const INIT_REQUIRED = 11;

/** What qnetd's option `-s` says: `off`, `on` (a client may go on in plain text) or `req`. */
export type TlsMode = 'off' | 'on' | 'required';

export interface PreinitReply {
  readonly tls: TlsMode;
  readonly clientCertificateRequired: boolean;
}

interface Message {
  readonly type: number;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

const u16 = (value: number): readonly number[] => [(value >>> 8) & 0xff, value & 0xff];
const u32 = (value: number): readonly number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];

const option = (type: number, value: Iterable<number>): readonly number[] => {
  const bytes = [...value];
  return [...u16(type), ...u16(bytes.length), ...bytes];
};

const message = (type: number, ...options: readonly (readonly number[])[]): Uint8Array => {
  const body = options.flat();
  return Uint8Array.from([...u16(type), ...u32(body.length), ...body]);
};

const sequence = (value: number): readonly number[] => option(OptionType.sequenceNumber, u32(value));

/** PREINIT: says which cluster the client is of, and asks for the TLS mode. It changes nothing in qnetd. */
export const preinitMessage = (sequenceNumber: number, clusterName: string): Uint8Array =>
  message(
    MessageType.preinit,
    sequence(sequenceNumber),
    option(OptionType.clusterName, new TextEncoder().encode(clusterName)),
  );

/** STARTTLS: has no answer; qnetd waits for a ClientHello on the same connection. */
export const startTlsMessage = (sequenceNumber: number): Uint8Array =>
  message(MessageType.startTls, sequence(sequenceNumber));

/**
 * ECHO_REQUEST. Before INIT, qnetd checks the client's certificate and its name, and only then answers that INIT is
 * missing (`qnetd-client-msg-received.c`: echo_request, check_tls). So it proves acceptance and joins nothing.
 */
export const echoRequestMessage = (sequenceNumber: number): Uint8Array =>
  message(MessageType.echoRequest, sequence(sequenceNumber));

/**
 * How long the message is that begins with these bytes.
 * @returns its length in bytes; null while the header is incomplete; or `not_qnetd` when no probe's answer begins so
 */
export const messageLength = (received: Uint8Array): Result<number | null> => {
  const view = viewOf(received);
  if (received.length >= 2 && !answerTypes.has(view.getUint16(0))) {
    return notQnetd('it answers with a message of another type');
  }
  if (received.length < MESSAGE_HEADER_BYTES) return succeed(null);
  const length = MESSAGE_HEADER_BYTES + view.getUint32(2);
  return length > MAX_MESSAGE_BYTES ? notQnetd('its answer is too long') : succeed(length);
};

const answerTypes: ReadonlySet<number> = new Set([MessageType.preinitReply, MessageType.serverError]);

/**
 * Reads the answer to a PREINIT.
 * @param received exactly one message
 * @param sequenceNumber the one that was sent, which qnetd repeats
 * @returns the reply; `qnetd_error` with qnetd's own code; or `not_qnetd` for anything else
 */
export const parsePreinitReply = (received: Uint8Array, sequenceNumber: number): Result<PreinitReply> => {
  const read = parseMessage(received, sequenceNumber);
  if (!read.ok) return read;
  if (read.value.type === MessageType.serverError) return serverError(read.value);
  const mode = u8(read.value.options.get(OptionType.tlsSupported));
  const required = u8(read.value.options.get(OptionType.clientCertRequired));
  const tls = mode === null ? undefined : tlsModes[mode];
  if (read.value.type !== MessageType.preinitReply || tls === undefined || required === null || required > 1) {
    return notQnetd('its PREINIT_REPLY does not say whether TLS is on');
  }
  return succeed({ tls, clientCertificateRequired: required === 1 });
};

/** `enum tlv_tls_supported`, in the order of its values. */
const tlsModes: readonly TlsMode[] = ['off', 'on', 'required'];

/**
 * Reads the SERVER_ERROR with which qnetd answers a request before INIT.
 * @returns its error code, one of `enum tlv_reply_error_code`
 */
export const parseServerError = (received: Uint8Array, sequenceNumber: number): Result<number> => {
  const read = parseMessage(received, sequenceNumber);
  if (!read.ok) return read;
  const code = errorCode(read.value);
  return read.value.type === MessageType.serverError && code !== null
    ? succeed(code)
    : notQnetd('it does not answer with an error code');
};

const parseMessage = (received: Uint8Array, sequenceNumber: number): Result<Message> => {
  const length = messageLength(received);
  if (!length.ok) return length;
  if (length.value !== received.length) return notQnetd('its answer is cut off or goes on');
  const options = parseOptions(received.subarray(MESSAGE_HEADER_BYTES));
  if (options === null) return notQnetd('the options of its answer are malformed');
  const type = viewOf(received).getUint16(0);
  const answered = options.get(OptionType.sequenceNumber);
  // Of a message that it could not decode, qnetd does not know the number (`qnetd-client-net.c`: read_from_client).
  const isUnnumberedError = type === MessageType.serverError && answered === undefined;
  if (!isUnnumberedError && u32Of(answered) !== sequenceNumber) {
    return notQnetd('it answers something that was not asked');
  }
  return succeed({ type, options });
};

/** Unknown options are passed over, as the daemons do (`msg.c`: msg_decode). One that stands there twice is not. */
const parseOptions = (body: Uint8Array): ReadonlyMap<number, Uint8Array> | null => {
  const view = viewOf(body);
  const options = new Map<number, Uint8Array>();
  let at = 0;
  while (at < body.length) {
    if (at + OPTION_HEADER_BYTES > body.length) return null;
    const type = view.getUint16(at);
    const end = at + OPTION_HEADER_BYTES + view.getUint16(at + 2);
    if (end > body.length || options.has(type)) return null;
    options.set(type, body.subarray(at + OPTION_HEADER_BYTES, end));
    at = end;
  }
  return options;
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const u8 = (value: Uint8Array | undefined): number | null => (value?.length === 1 ? (value[0] ?? null) : null);
const u32Of = (value: Uint8Array | undefined): number | null =>
  value?.length === 4 ? viewOf(value).getUint32(0) : null;
const errorCode = ({ options }: Message): number | null => {
  const value = options.get(OptionType.errorCode);
  return value?.length === 2 ? viewOf(value).getUint16(0) : null;
};

const notQnetd = (why: string) =>
  fail(error('not_qnetd', 'qnetd', `What listens there does not speak qnetd's protocol: ${why}.`));

const serverError = (read: Message) =>
  fail(
    error('qnetd_error', 'qnetd', 'qnetd refuses to talk to the probe.', {
      errorCode: errorCode(read) ?? 'unreadable',
    }),
  );
