import { X509Certificate } from 'node:crypto';
import { readCertificate, type CertificateReading } from '../../../src/core/certificates/certificate-reading.ts';
import type { SubjectKey } from '../../../src/core/certificates/order.ts';
import type { Result } from '../../../src/core/finding.ts';
import { acceptPublicKey } from '../../../src/platform/crypto/public-key.ts';
import { readRequest } from '../../../src/platform/crypto/request.ts';
import { mutatedDer } from '../mutate-bytes.ts';
import { mutatedText, textSeeds } from '../mutate-text.ts';
import { certificates, requests, requestTexts } from '../recorded.ts';
import { firstLie, pick, type Target } from '../target.ts';

const openssl = (der: Uint8Array): X509Certificate | null => {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
};

/** OpenSSL shows a negative number with a sign; ours shows its bytes. */
const isNegative = (serial: string): boolean => Number.parseInt(serial.slice(0, 2), 16) >= 0x80;

const certificate: Target<Uint8Array, Result<CertificateReading>> = {
  name: 'certificate',
  weight: 4,
  draw: (chance) => mutatedDer(pick(certificates, chance), chance, certificates),
  read: (der) => readCertificate(der, 'lab1'),
  takes: ({ ok }) => ok,
  judge: (der, reading) => {
    if (!reading.ok) return reading.findings.length === 1 ? null : 'not one finding';
    const { serial, validity, spki, subject, issuer } = reading.value;
    const bytes = Buffer.from(der);
    const theirs = openssl(der);
    return firstLie(
      [
        'parts that do not stand in the certificate',
        () => [spki, subject.der, issuer.der].every((part) => bytes.includes(Buffer.from(part))),
      ],
      ['a serial number that does not stand there', () => bytes.includes(Buffer.from(serial, 'hex'))],
      [
        'another serial number than OpenSSL reads',
        () => theirs === null || isNegative(serial) || BigInt(`0x${serial}`) === BigInt(`0x${theirs.serialNumber}`),
      ],
      [
        'another validity than OpenSSL reads',
        () =>
          theirs === null ||
          (validity.notBefore === theirs.validFromDate.getTime() && validity.notAfter === theirs.validToDate.getTime()),
      ],
    );
  },
};

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error('a fixture cannot be read');
  return result.value;
};
/** The keys of the honest requests. Nobody has their private halves any more, so no other key can be proven. */
const keys: readonly SubjectKey[] = requests.map((request) => must(readRequest(request, 'lab1')));
const isOurs = (key: SubjectKey): boolean =>
  keys.some(
    (known) => Buffer.from(known.spki).equals(key.spki) && known.keyId === key.keyId && known.family === key.family,
  );

const judgeRequest = (_: unknown, reading: Result<SubjectKey>): string | null =>
  !reading.ok || isOurs(reading.value) ? null : 'a key was taken whose possession nobody can have proven';

const request: Target<Uint8Array, Result<SubjectKey>> = {
  name: 'certificate-request',
  weight: 1,
  draw: (chance) => mutatedDer(pick(requests, chance), chance, requests),
  read: (der) => readRequest(der, 'lab1'),
  takes: ({ ok }) => ok,
  judge: judgeRequest,
};

const pemSeeds = textSeeds(requestTexts, ['-----BEGIN CERTIFICATE-----', '-----END NEW CERTIFICATE REQUEST-----']);

const requestAsPem: Target<string, Result<SubjectKey>> = {
  name: 'certificate-request-pem',
  weight: 1.5,
  draw: (chance) => mutatedText(pick(pemSeeds.texts, chance), chance, pemSeeds),
  read: (pem) => readRequest(pem, 'lab1'),
  takes: ({ ok }) => ok,
  judge: judgeRequest,
};

const spkis = keys.map(({ spki }) => spki);

/** A key by itself proves nothing, so another one may be taken: but it must then be what it was taken for. */
const publicKey: Target<Uint8Array, Result<SubjectKey>> = {
  name: 'public-key',
  weight: 1.5,
  draw: (chance) => mutatedDer(pick(spkis, chance), chance, spkis),
  read: (spki) => acceptPublicKey(spki, 'lab1'),
  takes: ({ ok }) => ok,
  judge: (_, reading) => {
    if (!reading.ok) return null;
    const again = acceptPublicKey(reading.value.spki, 'lab1');
    return again.ok && again.value.keyId === reading.value.keyId ? null : 'the key that was written anew is another';
  },
};

export const certificateTargets: readonly Target[] = [certificate, request, requestAsPem, publicKey];
