import { day, timeOf } from '../calendar.js';
import { storesNear } from '../catalogue.js';
import type { Value } from '../ledger.js';
import { floatPhone, junkPhones, writtenPhone } from '../vietnam/phones.js';
import { writtenAddress, writtenProvince } from '../vietnam/provinces.js';
import { consent } from './consents.js';
import { assignExperiments } from './experiments.js';
import { emailAt, phoneAt, type Scene, type WrittenPhone } from './scene.js';
import { typedName, writtenBirthDate, writtenSex } from './typed.js';

const owners = ['An', 'Bình', 'Chi', 'Dũng', 'Giang', 'Hà'];
const occupations = [
  'Nhân viên văn phòng',
  'Giáo viên',
  'Kinh doanh',
  'Nội trợ',
  'Kỹ sư',
  'Sinh viên',
  'Công nhân',
  'Bác sĩ',
  'Hưu trí',
];

/** A contact typed by the sales team; another time the same person may be typed anew. */
export function contact(scene: Scene, at: number, leadSource: string, accountId: string | null = null): void {
  const { random, ledger, person } = scene;
  const contactId = ledger.key('C', 6);
  scene.contactId ??= contactId;
  const phone = crmPhone(scene, at);
  const email = random.chance(0.03) ? { text: 'test@example.com', key: null } : emailAt(scene);
  const values: Record<string, Value> = {
    contact_id: contactId,
    full_name: typedName(scene),
    sex: writtenSex(scene),
    birth_date: writtenBirthDate(scene),
    phone: phone.text,
    email: email.text,
    address: random.chance(0.5) ? writtenAddress(random, person.household.home, at) : null,
    province: writtenProvince(random, person.household.home.province, at),
    occupation: random.chance(0.4) ? random.pick(occupations) : null,
    account_id: accountId,
    owner: random.pick(owners),
    lead_source: leadSource,
    created_at: timeOf(at),
    updated_at: timeOf(at),
    is_deleted: false,
  };
  if (!ledger.row(random, 'raw_crm.contacts', at, values, { twice: 0.02 })) return;
  ledger.belongs('raw_crm.contacts', contactId, [`contact ${contactId}`, phone.key, email.key]);
  const later = at + random.between(20, 300) * day;
  if (random.chance(0.12)) {
    const moved = phoneAt(scene, later, 0);
    const change = random.chance(0.03)
      ? { is_deleted: true }
      : {
          phone: moved.text,
          occupation: random.pick(occupations),
          province: writtenProvince(random, person.household.home.province, later),
        };
    if (ledger.row(random, 'raw_crm.contacts', later, { ...values, ...change, updated_at: timeOf(later) })) {
      ledger.belongs('raw_crm.contacts', contactId, ['phone' in change ? moved.key : null]);
    }
  }
  consent(scene, 'crm_contact', contactId, at);
}

/** An account of the own site, made in a browser. */
export function account(scene: Scene, at: number, browser: string): string | null {
  const { random, ledger, person } = scene;
  const customerId = ledger.key('E', 5);
  const phone = random.chance(0.85) ? phoneAt(scene, at) : { text: null, key: null };
  const email = emailAt(scene);
  const values: Record<string, Value> = {
    customer_id: customerId,
    email: email.text,
    is_email_verified: email.key !== null && random.chance(0.7),
    phone: phone.text,
    full_name: typedName(scene),
    birth_date: random.chance(0.35) ? writtenBirthDate(scene) : null,
    sex: random.chance(0.35) ? writtenSex(scene) : null,
    address: random.chance(0.4) ? writtenAddress(random, person.household.home, at) : null,
    province: writtenProvince(random, person.household.home.province, at),
    anonymous_id: browser,
    registered_at: timeOf(at),
    updated_at: timeOf(at),
  };
  if (!ledger.row(random, 'raw_ecommerce.customers', at, values)) return null;
  scene.customerId ??= customerId;
  ledger.belongs('raw_ecommerce.customers', customerId, [
    `customer ${customerId}`,
    `anonymous ${browser}`,
    phone.key,
    email.key,
  ]);
  if (random.chance(0.1)) {
    const later = at + random.between(30, 250) * day;
    const province = writtenProvince(random, person.household.home.province, later);
    ledger.row(random, 'raw_ecommerce.customers', later, { ...values, province, updated_at: timeOf(later) });
  }
  consent(scene, 'ecommerce_customer', customerId, at);
  assignExperiments(scene, customerId, at);
  return customerId;
}

/** A loyalty card from the till. */
export function card(scene: Scene, at: number): string | null {
  const { random, ledger, person } = scene;
  const memberNo = ledger.key('LM', 6);
  const phone = tillPhone(scene, at);
  const email = random.chance(0.3) ? emailAt(scene) : { text: null, key: null };
  const points = random.between(0, 4000);
  const written = ledger.row(random, 'raw_loyalty.members', at, {
    member_no: memberNo,
    full_name: typedName(scene),
    phone: phone.text,
    email: email.text,
    birth_date: random.chance(0.6) ? writtenBirthDate(scene) : null,
    sex: random.chance(0.6) ? writtenSex(scene) : null,
    tier: points > 3600 ? 'diamond' : points > 2800 ? 'gold' : points > 1500 ? 'silver' : 'member',
    points,
    store_id: random.pick(storesNear(person.household.home.province.new)).id,
    joined_at: timeOf(at),
    updated_at: timeOf(at),
  });
  if (!written) return null;
  scene.memberNo ??= memberNo;
  ledger.belongs('raw_loyalty.members', memberNo, [`member ${memberNo}`, phone.key, email.key]);
  if (random.chance(0.5)) consent(scene, 'loyalty_member', memberNo, at);
  if (person.firstChannel === 'referral' || random.chance(0.03)) referral(scene, memberNo, at);
  scene.recentMembers.push(memberNo);
  if (scene.recentMembers.length > 40) scene.recentMembers.shift();
  return memberNo;
}

/** The number given at the till: one's own, the family's, or none. */
export function tillPhone(scene: Scene, at: number): WrittenPhone {
  const { random, person, effects } = scene;
  if (random.chance(0.04)) return { text: random.pick(junkPhones), key: null, e164: null };
  const { sharedPhone } = person.household;
  if (sharedPhone !== null && random.chance(0.3)) {
    effects.add('shared phone at the till', 1);
    return { text: writtenPhone(random, sharedPhone), key: null, e164: sharedPhone };
  }
  return phoneAt(scene, at);
}

function crmPhone(scene: Scene, at: number): WrittenPhone {
  const { random } = scene;
  const draw = random.next();
  if (draw < 0.03) return { text: random.pick(junkPhones), key: null, e164: null };
  if (draw < 0.05) return { text: null, key: null, e164: null };
  const phone = phoneAt(scene, at);
  return draw < 0.065 && phone.e164 !== null
    ? { text: floatPhone(phone.e164), key: null, e164: null }
    : phone;
}

function referral(scene: Scene, memberNo: string, at: number): void {
  const { random, ledger } = scene;
  const referrer = scene.recentMembers.length > 0 ? random.pick(scene.recentMembers) : null;
  if (referrer === null) return;
  ledger.row(random, 'raw_loyalty.referrals', at, {
    referral_id: ledger.key('R', 5),
    referrer_member_no: referrer,
    referee_phone: phoneAt(scene, at).text,
    referee_member_no: memberNo,
    created_at: timeOf(at - random.between(1, 20) * day),
    converted_at: random.chance(0.8) ? timeOf(at) : null,
  });
}
