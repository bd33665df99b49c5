import { error, fail, succeed, type Result } from '../finding.ts';

/**
 * One mailbox in the form that is in use: the `dot-atom` of RFC 5322, 3.2.3, at a DNS name with a dot in it. Neither quotes nor
 * comments, blanks nor groups: nothing that a header or an SMTP command could be led astray by.
 */
const MAILBOX =
  /^(?=.{3,254}$)(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** An e-mail address. @returns it as it was given, or `invalid_mail_address` */
export const mailAddress = (text: string): Result<string> =>
  MAILBOX.test(text)
    ? succeed(text)
    : fail(
        error('invalid_mail_address', 'address', 'An e-mail address is name@domain.example, without a display name.'),
      );

/** RFC 5322, 2.1.1 allows 998 characters in a line; nobody reads a subject that long. */
const SUBJECT_CHARACTERS = 200;

/** Everything that could end a line or hide in one: C0, C1, Unicode's separators, marks of direction. */
const NOT_IN_A_LINE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A subject that is one line, whatever names stand in it. */
export const subjectLine = (text: string): string => {
  const line = text.replace(NOT_IN_A_LINE, ' ').trim();
  return line.length <= SUBJECT_CHARACTERS ? line : `${line.slice(0, SUBJECT_CHARACTERS - 1)}…`;
};
