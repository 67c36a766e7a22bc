import { day, timeOf } from '../calendar.js';
import type { Random } from '../random.js';
import { writtenProvince, provinces } from '../vietnam/provinces.js';
import type { World } from './scene.js';

const kinds = [
  ['retail', 'Cửa hàng'],
  ['hospital', 'Bệnh viện'],
  ['school', 'Trường Mầm non'],
  ['office', 'Công ty TNHH'],
  ['hotel', 'Khách sạn'],
] as const;
const names = [
  'Hoa Sen',
  'An Bình',
  'Minh Tâm',
  'Sao Khuê',
  'Hướng Dương',
  'Thành Công',
  'Biển Xanh',
  'Phú Quý',
];

/** A business customer, whose buyers are CRM contacts. */
export function openAccount({ ledger, start }: World, random: Random): string | null {
  const accountId = ledger.key('A', 4);
  const [industry, word] = random.pick(kinds);
  const at = start - random.between(0, 400) * day;
  const written = ledger.row(random, 'raw_crm.accounts', at, {
    account_id: accountId,
    name: `${word} ${random.pick(names)} ${String(random.between(1, 99))}`,
    // every fourth one belongs to the one before it
    parent_account_id: Number(accountId.slice(1)) % 4 === 0 ? accountBefore(accountId) : null,
    tax_code: `0${random.digits(9)}`,
    industry,
    province: writtenProvince(random, random.weighted(provinces), at),
    created_at: timeOf(at),
  });
  return written ? accountId : null;
}

const accountBefore = (accountId: string): string =>
  `A${String(Number(accountId.slice(1)) - 1).padStart(4, '0')}`;
