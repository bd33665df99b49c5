import type { LineReader } from './line-reader.ts';
import { endpoint, oneOf, size, type Printed } from './printed-values.ts';
import type { QnetdStatus } from './qnetd-tool.ts';

type Tls = Pick<QnetdStatus, 'tls' | 'clientCertificateRequired'>;

const tls = oneOf<Tls>({
  Unsupported: { tls: 'unsupported', clientCertificateRequired: false },
  Supported: { tls: 'supported', clientCertificateRequired: false },
  'Supported (client certificate required)': { tls: 'supported', clientCertificateRequired: true },
  Required: { tls: 'required', clientCertificateRequired: false },
  'Required (client certificate required)': { tls: 'required', clientCertificateRequired: true },
});

/** `32768/32768 bytes` */
const maximumSizes: Printed<Pick<QnetdStatus, 'maximumSendBytes' | 'maximumReceiveBytes'>> = (text) => {
  const slash = text.indexOf('/');
  const maximumSendBytes = size(text.slice(0, Math.max(slash, 0)));
  const maximumReceiveBytes = text.endsWith(' bytes') ? size(text.slice(slash + 1, -' bytes'.length)) : undefined;
  return maximumSendBytes === undefined || maximumReceiveBytes === undefined
    ? undefined
    : { maximumSendBytes, maximumReceiveBytes };
};

/** Reads what `qnetd_ipc_cmd_status` writes. @throws Unreadable */
export const readStatus = (lines: LineReader): QnetdStatus => ({
  ...lines.field('QNetd address:\t\t\t', endpoint),
  ...lines.field('TLS:\t\t\t\t', tls),
  connectedClients: lines.field('Connected clients:\t\t', size),
  connectedClusters: lines.field('Connected clusters:\t\t', size),
  maximumClients: lines.optionalField('Maximum allowed clients:\t', size),
  ...lines.field('Maximum send/receive size:\t', maximumSizes),
});
