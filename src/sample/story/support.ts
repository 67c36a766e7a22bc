import { hour, minute, timeOf } from '../calendar.js';
import { everyday } from '../catalogue.js';
import { asTyped, asWritten } from '../vietnam/text.js';
import { lateTopic, topics, type TicketTopic } from '../words/comments.js';
import { browserOf, emailAt, phoneAt, type Scene } from './scene.js';
import { askAboutTicket, type Touchpoint } from './surveys.js';

const agents = ['Ngân', 'Tú', 'Phương', 'Lộc', 'Thư'];

/** Somebody needs help: by ticket, call or chatbot; the last two may end as a ticket. */
export function complain(scene: Scene, at: number, late: boolean, about: Touchpoint | null): void {
  const topic = late ? lateTopic : scene.random.pick(topics);
  const way = scene.random.weighted([
    ['ticket', 45],
    ['call', 30],
    ['chat', 25],
  ] as const);
  if (way === 'call') call(scene, at, topic, about);
  else if (way === 'chat') chat(scene, at, topic, about);
  else ticket(scene, at, topic, about, scene.random.pick(['email', 'email', 'facebook', 'zalo', 'store']));
}

function ticket(
  scene: Scene,
  at: number,
  topic: TicketTopic,
  about: Touchpoint | null,
  channel: string,
): string | null {
  const { random, ledger, person, end } = scene;
  const ticketId = ledger.key('T', 5);
  const email = channel === 'email' || random.chance(0.3) ? emailAt(scene) : { text: null, key: null };
  const phone = email.key === null || random.chance(0.5) ? phoneAt(scene, at) : { text: null, key: null };
  const isPlain = random.chance(0.94);
  const agent = random.pick(agents);
  const slow = random.chance(0.25);
  const repliedAt = at + (slow ? random.between(25, 70) * hour : random.between(5, 600) * minute);
  const solvedAt = repliedAt + Math.round(random.exponential(20 * hour)) + 10 * minute;
  const reopened = random.chance(0.22);
  const reopenedAt = solvedAt + random.between(3, 60) * hour;
  const lastSolvedAt = reopened ? reopenedAt + random.between(2, 60) * hour : solvedAt;
  const before = `T${String(Number(ticketId.slice(1)) - 1).padStart(5, '0')}`;
  const other = isPlain
    ? null
    : random.pick(ticketId === 'T00001' ? (['spam'] as const) : (['spam', 'merged'] as const));
  const values = {
    ticket_id: ticketId,
    channel,
    requester_name: asTyped(random, person.fullName),
    requester_email: email.text,
    requester_phone: phone.text,
    order_id: about?.type === 'order' ? about.id : null,
    order_channel: about?.type === 'order' ? about.channel : null,
    subject: topic.subject,
    description: asWritten(random, topic.description),
    category: topic.category,
    area: topic.area,
    priority: random.pick(['low', 'normal', 'normal', 'high', 'urgent']),
    merged_into: other === 'merged' ? before : null,
    agent,
    created_at: timeOf(at),
  };
  const state = (status: string, when: number): boolean =>
    ledger.row(random, 'raw_support.tickets', when, { ...values, status, updated_at: timeOf(when) });
  const event = (type: string, actor: string, when: number): void => {
    ledger.row(random, 'raw_support.ticket_events', when, {
      event_id: ledger.key('TE', 6),
      ticket_id: ticketId,
      event_type: type,
      actor,
      occurred_at: timeOf(when),
    });
  };
  const isOpen = lastSolvedAt + 2 * hour >= end;
  const written =
    other !== null
      ? state(other, at + hour)
      : isOpen
        ? state('open', at)
        : state(random.chance(0.5) ? 'closed' : 'solved', lastSolvedAt);
  if (!written) return null;
  ledger.belongs('raw_support.tickets', ticketId, [
    email.key,
    phone.key,
    about?.type === 'order' ? `order ${about.channel ?? ''} ${about.id}` : null,
  ]);
  event('created', 'customer', at);
  if (other !== null) return ticketId;
  if (random.chance(0.7)) event('auto_reply', 'bot', at + minute);
  event('agent_reply', agent, repliedAt);
  if (random.chance(0.3)) event('customer_reply', 'customer', repliedAt + 5 * minute);
  event('solved', agent, solvedAt);
  if (reopened) {
    event('reopened', 'customer', reopenedAt);
    event('solved', agent, lastSolvedAt);
  }
  if (!isOpen) askAboutTicket(scene, lastSolvedAt + hour, ticketId, slow, reopened);
  return ticketId;
}

function call(scene: Scene, at: number, topic: TicketTopic, about: Touchpoint | null): void {
  const { random, ledger } = scene;
  const callId = ledger.key('CL', 5);
  const outcome = random.weighted([
    ['answered', 78],
    ['abandoned', 12],
    ['busy', 6],
    ['missed', 4],
  ] as const);
  const isHidden = random.chance(0.04);
  const phone = phoneAt(scene, at, 0);
  const waited = random.between(5, 240);
  const answered = outcome === 'answered';
  const resolved = answered && random.chance(0.65);
  const endedAt = at + waited + (answered ? random.between(60, 900) : 0);
  const ticketId = answered && !resolved ? ticket(scene, endedAt, topic, about, 'phone') : null;
  const written = ledger.row(random, 'raw_support.calls', endedAt, {
    call_id: callId,
    direction: 'inbound',
    phone: isHidden ? 'anonymous' : (phone.e164?.slice(1) ?? null),
    queue:
      topic.callReason === 'warranty'
        ? 'warranty'
        : topic.callReason === 'product_advice'
          ? 'sales'
          : 'support',
    reason: topic.callReason,
    outcome,
    is_resolved: answered ? resolved : null,
    agent: answered ? random.pick(agents) : null,
    started_at: timeOf(at),
    answered_at: answered ? timeOf(at + waited) : null,
    ended_at: timeOf(endedAt),
    ticket_id: ticketId,
  });
  if (written) ledger.belongs('raw_support.calls', callId, [isHidden ? null : phone.key]);
  if (!answered && random.chance(0.5)) call(scene, at + random.between(10, 300) * minute, topic, about);
}

function chat(scene: Scene, at: number, topic: TicketTopic, about: Touchpoint | null): void {
  const { random, ledger } = scene;
  const id = ledger.key('B', 5);
  const channel = random.pick(['web', 'web', 'zalo', 'messenger'] as const);
  const browser = channel === 'web' ? browserOf(scene) : null;
  const profile =
    channel === 'web'
      ? null
      : (scene.profile ??= {
          platform: channel === 'zalo' ? 'zalo' : 'facebook',
          id: `${channel.slice(0, 1)}p${ledger.key('', 7)}`,
        });
  const phone = random.chance(0.4) ? phoneAt(scene, at) : { text: null, key: null };
  const leavesEarly = random.chance(0.12);
  const transferred = !leavesEarly && random.chance(0.35);
  const messages: [string, string][] = [
    ['bot', 'Nhà Thấu xin chào! Em có thể giúp gì ạ?'],
    ['user', asWritten(random, topic.description)],
  ];
  if (!leavesEarly)
    messages.push([
      'bot',
      transferred
        ? 'Em chuyển anh/chị gặp nhân viên nhé.'
        : 'Em đã ghi nhận, thông tin có trong mục Đơn hàng ạ.',
    ]);
  if (transferred) messages.push(['agent', 'Dạ em kiểm tra và gọi lại ngay ạ.']);
  const endedAt = at + messages.length * 70;
  const written = ledger.row(random, 'raw_support.chats', endedAt, {
    conversation_id: id,
    channel,
    anonymous_id: browser,
    profile_id: profile?.id ?? null,
    phone: phone.text,
    intent: leavesEarly ? null : topic.callReason === 'complaint' ? 'other' : topic.callReason,
    product_id: topic.callReason === 'product_advice' ? random.weighted(everyday).id : null,
    started_at: timeOf(at),
    ended_at: timeOf(endedAt),
    transferred_at: transferred ? timeOf(at + 150) : null,
  });
  if (!written) return;
  ledger.belongs('raw_support.chats', id, [
    browser === null ? null : `anonymous ${browser}`,
    profile === null ? null : `profile ${profile.id}`,
    phone.key,
  ]);
  messages.forEach(([sender, text], index) => {
    ledger.row(
      random,
      'raw_support.chat_messages',
      at + index * 70,
      {
        conversation_id: id,
        message_no: index + 1,
        sender,
        text,
        sent_at: timeOf(at + index * 70),
      },
      { late: 0 },
    );
  });
  if (transferred && random.chance(0.5)) ticket(scene, at + 10 * minute, topic, about, 'chat');
}
