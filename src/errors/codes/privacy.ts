import type { CodeDoc } from '../code.js';

export const privacyCodes = {
  PRIVACY_NOTHING_PUBLISHED: {
    cause:
      'A person is to be erased or exported, and no generation is published that says what belongs to whom.',
    cure: 'Run `thau build` first.',
  },
  PRIVACY_SUBJECT: {
    cause:
      'A setting of `privacy` in thau.yml names a model or column that the published generation does not have.',
    cure: 'Write `model.column` of a model that is built, as in `subject: customers.customer_id`.',
  },
  PRIVACY_UNKNOWN_CUSTOMER: {
    cause: 'No customer has this number, email or phone, and none had it before.',
    cure: 'Look the person up in the API (`searchCustomers`), and give the number found there.',
  },
  PRIVACY_AMBIGUOUS: {
    cause: 'Several customers have this email or phone.',
    cure: 'Give the number of the one who is meant; the message names them all.',
  },
  PRIVACY_ALREADY_ERASED: {
    cause: 'The person was erased before; the proof says when and how.',
    cure: 'See `thau erase --proof <erasure>`. If data of the person came back under new records, give the new number.',
  },
  PRIVACY_POLICY: {
    cause:
      'A source or model has a `meta.erase` that says neither delete, pseudonymise nor keep, or gives no reason to keep.',
    cure: 'Write `erase: delete`, or `erase: {how: keep, because: …}`.',
  },
  PRIVACY_NO_PERMISSION: {
    cause: 'The database role may not change a table that holds data of the person. Nothing was erased.',
    cure: 'Grant the role what the hint says, or declare `erase: {how: keep, because: …}` for the source and have its owner erase there.',
  },
  PRIVACY_NOT_CLEAN: {
    cause:
      'Values of the erased person are still found after everything was done; the proof names the tables.',
    cure: 'Erase them where the message says, then run `thau erase` again: it looks again.',
  },
  PRIVACY_REBUILD_FAILED: {
    cause:
      'The person is erased in the source tables, but the run after it did not publish, so the warehouse still shows the earlier generation.',
    cure: 'Mend what the run says, then run `thau erase` again: it goes on where it stopped.',
  },
  PRIVACY_CASE: {
    cause: 'A case is named that does not exist, is closed already, or is asked to end in a way it cannot.',
    cure: 'See `thau cases` for those there are.',
  },
} as const satisfies Readonly<Record<string, CodeDoc>>;
