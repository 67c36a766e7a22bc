import { day, hour, timeOf } from '../calendar.js';
import { asWritten } from '../vietnam/text.js';
import { csatComments, npsComments } from '../words/comments.js';
import { callBack } from './callback.js';
import { emailAt, phoneAt, type Scene } from './scene.js';

/** What a survey follows; `canReach`: the shop holds the address (a marketplace does not give it). */
export interface Touchpoint {
  readonly type: 'order' | 'ticket' | 'receipt';
  readonly id: string;
  readonly channel: string | null;
  readonly canReach: boolean;
}

export const surveys = [
  [
    'Q-NPS',
    'nps',
    'Bạn có sẵn lòng giới thiệu Nhà Thấu cho bạn bè, người thân không?',
    0,
    10,
    'NPS',
    'delivery',
  ],
  ['Q-CSAT', 'csat', 'Bạn hài lòng với lần hỗ trợ vừa rồi đến mức nào?', 1, 5, '5-point', 'ticket_solved'],
  ['Q-CES', 'ces', 'Nhà Thấu đã giúp tôi giải quyết vấn đề dễ dàng.', 1, 7, 'CES 2.0', 'ticket_solved'],
  ['Q-SHOP', 'csat', 'Bạn hài lòng với lần mua tại cửa hàng đến mức nào?', 1, 5, '5-point', 'store_purchase'],
] as const;

/** NPS after a parcel; those it came late for answer lower. */
export function askNps(scene: Scene, at: number, touchpoint: Touchpoint, late: boolean): void {
  const { random, effects, person } = scene;
  if (!touchpoint.canReach && !random.chance(0.25)) return;
  if (!random.chance(0.6)) return;
  const unhappy = late ? 3.2 : 0;
  const leaving = person.leavesAt < Infinity ? 0.4 : 0;
  const score = clamp(Math.round(random.normal(8.9 - unhappy - leaving, 1.4)), 0, 10);
  const comment =
    score >= 9
      ? npsComments.praise
      : score >= 7
        ? npsComments.neutral
        : late
          ? npsComments.late
          : npsComments.bad;
  if (ask(scene, 'Q-NPS', at, touchpoint, score, 0.42, random.chance(0.5) ? random.pick(comment) : null)) {
    effects.add(late ? 'nps: late parcel' : 'nps: parcel on time', score);
  }
}

/** CSAT or CES after a ticket was solved. */
export function askAboutTicket(
  scene: Scene,
  at: number,
  ticketId: string,
  slow: boolean,
  reopened: boolean,
): void {
  const { random, effects } = scene;
  const touchpoint = { type: 'ticket', id: ticketId, channel: null, canReach: true } as const;
  if (random.chance(0.5)) {
    const score = clamp(Math.round(random.normal(slow ? 3 : 4.4, 0.7)), 1, 5);
    const comment = random.chance(0.4)
      ? random.pick(score >= 4 ? csatComments.good : csatComments.bad)
      : null;
    if (ask(scene, 'Q-CSAT', at, touchpoint, score, 0.6, comment))
      effects.add(slow ? 'csat: reply after 24 h' : 'csat: reply within 24 h', score);
  } else {
    const score = clamp(Math.round(random.normal(reopened ? 3.8 : 5.7, 1)), 1, 7);
    if (ask(scene, 'Q-CES', at, touchpoint, score, 0.6, null))
      effects.add(reopened ? 'ces: reopened' : 'ces: solved at once', score);
  }
}

export function askAboutStore(scene: Scene, at: number, receiptId: string): void {
  const { random } = scene;
  const score = clamp(Math.round(random.normal(4.5, 0.7)), 1, 5);
  ask(
    scene,
    'Q-SHOP',
    at,
    { type: 'receipt', id: receiptId, channel: null, canReach: true },
    score,
    0.4,
    null,
  );
}

/** Invites and, maybe, takes down the answer; tells whether a sound answer was written. */
function ask(
  scene: Scene,
  surveyId: string,
  at: number,
  touchpoint: Touchpoint,
  score: number,
  answers: number,
  comment: string | null,
): boolean {
  const { random, ledger, person } = scene;
  const invitationId = ledger.key('I', 6);
  const email = emailAt(scene);
  const phone = phoneAt(scene, at, 0);
  const channel = !touchpoint.canReach
    ? 'store'
    : email.key !== null && random.chance(0.55)
      ? 'email'
      : random.weighted([
          ['sms', 6],
          ['zalo', 4],
        ] as const);
  const bounced = random.chance(0.04);
  const invited = ledger.row(random, 'raw_survey.invitations', at, {
    invitation_id: invitationId,
    survey_id: surveyId,
    channel,
    email: channel === 'email' ? email.text : null,
    phone: channel === 'sms' || channel === 'zalo' ? phone.text : null,
    touchpoint_type: touchpoint.type,
    touchpoint_id: touchpoint.id,
    touchpoint_channel: touchpoint.channel,
    status: bounced ? 'bounced' : 'delivered',
    sent_at: timeOf(at),
  });
  if (!invited) return false;
  ledger.belongs('raw_survey.invitations', invitationId, [
    channel === 'email' ? email.key : channel === 'store' ? null : phone.key,
    touchpoint.type === 'order' && touchpoint.channel !== 'own_site'
      ? `order ${touchpoint.channel ?? ''} ${touchpoint.id}`
      : null,
  ]);
  if (bounced || !random.chance(person.kind === 'buyer' ? answers : 0)) return false;
  const answeredAt = at + Math.round(random.exponential(9 * hour)) + 60;
  const isJunk = random.chance(0.015);
  const isChanged = !isJunk && random.chance(0.015);
  const responseId = ledger.key('J', 6);
  const values = {
    response_id: responseId,
    invitation_id: invitationId,
    survey_id: surveyId,
    comment: comment === null ? null : asWritten(random, comment),
  };
  if (isChanged) {
    ledger.row(random, 'raw_survey.responses', answeredAt, {
      ...values,
      response_id: ledger.key('J', 6),
      score: String(Math.max(1, score - 2)),
      answered_at: timeOf(answeredAt - 20),
    });
  }
  const written = ledger.row(
    random,
    'raw_survey.responses',
    answeredAt,
    {
      ...values,
      score: isJunk ? random.pick(['11', '-1', 'N/A', '99', 'mười']) : String(score),
      answered_at: timeOf(answeredAt),
    },
    { twice: 0.01 },
  );
  if (written && !isJunk) callBack(scene, surveyId, score, responseId, answeredAt);
  return written && !isJunk && answeredAt < at + 30 * day;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
