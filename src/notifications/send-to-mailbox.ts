import { Injectable } from '@nestjs/common';
import { error } from '../core/finding.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { Mailer } from '../platform/mail/mailer.ts';
import { unanswered, type AttemptOutcome } from './attempt-outcome.ts';
import type { Delivery, NoticeRow } from './delivery.entity.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';

/** Sends a notice to a mailbox, once. */
@Injectable()
export class SendToMailbox {
  constructor(
    private readonly database: Database,
    private readonly recipients: MailRecipientsStore,
    private readonly mailer: Mailer,
  ) {}

  /** @returns null when the recipient is no longer there */
  async run({ id, targetId }: Delivery, notice: NoticeRow, signal: AbortSignal): Promise<AttemptOutcome | null> {
    const recipient = await this.recipients.find(this.database.read, EVERYTHING, targetId);
    if (!recipient) return null;
    const { address: to } = recipient;
    const answer = await this.mailer.send({ to, subject: notice.subject, text: notice.text, id }, signal);
    if (answer === null) return unanswered(error('mail_not_configured', to, 'UMPIRE_SMTP_URL is not set.'));
    if (answer.kind === 'unreached') {
      const message = `The mail server could not be used: ${answer.code}.`;
      return unanswered(error('mail_unreached', to, message, { cause: answer.code }));
    }
    if (answer.kind === 'taken') {
      return { status: 250, answer: answer.reply, finding: null, retryAfterMs: null, again: 'later' };
    }
    const { status, reply, forGood } = answer;
    const finding = error('mail_refused', to, `The mail server answered ${status}.`, { status });
    return { status, answer: reply, finding, retryAfterMs: null, again: forGood ? 'never' : 'later' };
  }
}
