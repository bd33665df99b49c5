/** What came of showing qnetd a node's own certificate. */
export type Trial =
  | { readonly verdict: 'accepted' }
  /** qnetd has read the certificate and ended the handshake; in NSS's words. */
  | { readonly verdict: 'refused'; readonly alert: string }
  /** It was not tried to an end: that tells nothing of the certificate. */
  | { readonly verdict: 'unclear'; readonly why: string };

/** The alerts by which a server tells that it is the certificate which it does not take (RFC 8446, 6.2). */
const REFUSAL =
  /\bSSL_ERROR_(?:ACCESS_DENIED|BAD_CERT|UNSUPPORTED_CERT|REVOKED_CERT|EXPIRED_CERT|UNKNOWN_CA|CERTIFICATE_UNKNOWN)_ALERT\b/;
const MOST_WORDS = 200;
/** A hundred times what NSS has to say; a node that prints more is not to be believed, and would take long to read. */
const MOST_CHARACTERS = 32_768;

/**
 * Reads what `try-certificate.sh` printed: `accepted`, or `closed` and the words of NSS's `tstclnt`, or `failed` and why.
 * Only an alert about the certificate is a refusal: a connection that broke is none.
 */
export const readTrial = (printed: string): Trial => {
  if (printed.length > MOST_CHARACTERS) return unclear(printed.slice(0, MOST_CHARACTERS));
  const [first = '', ...rest] = printed.trim().split('\n');
  if (first === 'accepted' && rest.length === 0) return { verdict: 'accepted' };
  const alert = first === 'closed' ? REFUSAL.exec(rest.join(' '))?.[0] : undefined;
  if (alert !== undefined) return { verdict: 'refused', alert };
  return unclear(printed);
};

const unclear = (printed: string): Trial => ({
  verdict: 'unclear',
  why: printed.trim().replaceAll(/\s+/g, ' ').slice(0, MOST_WORDS),
});
