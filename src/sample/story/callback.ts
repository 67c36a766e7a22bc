import { hour, timeOf } from '../calendar.js';
import { Random } from '../random.js';
import { phoneAt, type Scene } from './scene.js';

/** The highest answer that calls for a reply, by survey. */
const lowAnswers: Readonly<Record<string, number>> = { 'Q-NPS': 6, 'Q-CSAT': 2, 'Q-SHOP': 2, 'Q-CES': 3 };

/**
 * The shop calls back who answered badly: six in ten, within two days mostly, and nine in ten pick up. It draws from a
 * stream of its own, so that the rest of the story is the same with and without it.
 */
export function callBack(scene: Scene, surveyId: string, score: number, answer: string, at: number): void {
  if (score > (lowAnswers[surveyId] ?? -1)) return;
  const { ledger, effects } = scene;
  const random = new Random(0x0ca11, Number(answer.replace(/\D/g, '')));
  const isCalled = random.chance(0.6);
  const startedAt = at + random.between(2, 40) * hour + random.between(0, 59) * 60;
  const waited = random.between(5, 40);
  const isAnswered = random.chance(0.9);
  const endedAt = startedAt + waited + (isAnswered ? random.between(120, 700) : 0);
  const phone = phoneAt({ ...scene, random }, startedAt, 0);
  let isWritten = false;
  if (isCalled) {
    const callId = ledger.key('CB', 5);
    isWritten = ledger.row(random, 'raw_support.calls', endedAt, {
      call_id: callId,
      direction: 'outbound',
      phone: phone.e164?.slice(1) ?? null,
      queue: 'support',
      reason: 'complaint',
      outcome: isAnswered ? 'answered' : 'missed',
      is_resolved: isAnswered ? random.chance(0.7) : null,
      agent: random.pick(['Ngân', 'Phương']),
      started_at: timeOf(startedAt),
      answered_at: isAnswered ? timeOf(startedAt + waited) : null,
      ended_at: timeOf(endedAt),
      ticket_id: null,
    });
    if (isWritten) ledger.belongs('raw_support.calls', callId, [phone.key]);
  }
  effects.add('low score: called back', isWritten && isAnswered ? 1 : 0);
}
