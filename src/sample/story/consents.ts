import { day, timeOf } from '../calendar.js';
import type { Scene } from './scene.js';

/** What somebody agrees to when they leave their details, and, of some, that they take it back. */
export function consent(scene: Scene, subjectType: string, subjectId: string, at: number): void {
  const { random, ledger } = scene;
  const state = (purpose: string, status: string, when: number, channel: string): void => {
    const key = ledger.key('CS', 6);
    ledger.row(random, 'raw_crm.consents', when, {
      consent_id: key,
      subject_type: subjectType,
      subject_id: subjectId,
      purpose,
      status,
      channel,
      // one in five takes back text messages alone
      contact_channel: status === 'withdrawn' && key.endsWith('5') ? 'sms' : null,
      recorded_at: timeOf(when),
      proof: channel === 'call' ? 'call' : `form-v${when < 1_767_225_600 ? '2' : '3'}`,
    });
  };
  const channel = subjectType === 'loyalty_member' ? 'store' : 'form';
  if (random.chance(0.5)) state('marketing', 'granted', at, channel);
  if (random.chance(0.2)) state('profiling', 'granted', at, channel);
  if (random.chance(0.06))
    state('marketing', 'withdrawn', at + random.between(10, 200) * day, random.chance(0.3) ? 'call' : 'form');
}
