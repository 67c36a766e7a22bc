import type { Random, Weights } from '../random.js';
import { secondsOf } from '../calendar.js';
import { unaccented } from './text.js';

export interface Province {
  /** One of the 63 until 2025-06-30. */
  readonly old: string;
  /** One of the 34 since 2025-07-01 (Resolution 202/2025/QH15). */
  readonly new: string;
}

const merged = secondsOf('2025-07-01');

/** old > new * share of the shop's customers, in per mille; the new name is left out where it stayed. */
const table = `
Hồ Chí Minh 245|Hà Nội 190|Đà Nẵng 45|Hải Phòng 35|Cần Thơ 28|Đồng Nai 32|Bình Dương > Hồ Chí Minh 42|Bà Rịa - Vũng Tàu > Hồ Chí Minh 15
Khánh Hòa 16|Nghệ An 15|Thanh Hóa 15|Quảng Ninh 14|Huế 14|Bắc Ninh 14|Lâm Đồng 12|Long An > Tây Ninh 12|Đắk Lắk 11|Thái Nguyên 10
Hải Dương > Hải Phòng 12|Nam Định > Ninh Bình 10|Thái Bình > Hưng Yên 9|Bắc Giang > Bắc Ninh 11|Hưng Yên 8|Vĩnh Phúc > Phú Thọ 8
Quảng Nam > Đà Nẵng 9|Bình Định > Gia Lai 10|Gia Lai 7|An Giang 10|Kiên Giang > An Giang 9|Tiền Giang > Đồng Tháp 9|Đồng Tháp 7
Bến Tre > Vĩnh Long 6|Vĩnh Long 6|Trà Vinh > Vĩnh Long 4|Sóc Trăng > Cần Thơ 5|Hậu Giang > Cần Thơ 3|Bạc Liêu > Cà Mau 4|Cà Mau 6
Tây Ninh 7|Bình Phước > Đồng Nai 6|Bình Thuận > Lâm Đồng 7|Ninh Thuận > Khánh Hòa 3|Phú Yên > Đắk Lắk 5|Quảng Ngãi 6|Quảng Trị 4
Quảng Bình > Quảng Trị 4|Hà Tĩnh 6|Ninh Bình 6|Hà Nam > Ninh Bình 5|Phú Thọ 7|Hòa Bình > Phú Thọ 3|Tuyên Quang 3|Hà Giang > Tuyên Quang 2
Yên Bái > Lào Cai 3|Lào Cai 3|Lạng Sơn 3|Cao Bằng 2|Bắc Kạn > Thái Nguyên 1|Sơn La 3|Điện Biên 2|Lai Châu 1|Kon Tum > Quảng Ngãi 2|Đắk Nông > Lâm Đồng 2`;

export const provinces: Weights<Province> = table
  .trim()
  .split(/[|\n]/)
  .map((text) => {
    const found = /^(.+?)(?: > (.+?))? (\d+)$/.exec(text);
    const old = found?.[1] ?? text;
    return [{ old, new: found?.[2] ?? old }, Number(found?.[3])] as const;
  });

const cities = new Set(['Hồ Chí Minh', 'Hà Nội', 'Đà Nẵng', 'Hải Phòng', 'Cần Thơ', 'Huế']);

/** A province as a form or a person writes it at that time; old names live on after the merger. */
export function writtenProvince(random: Random, province: Province, at: number): string {
  const name = at < merged || random.chance(0.45) ? province.old : province.new;
  const draw = random.next();
  if (name === 'Hồ Chí Minh' && draw < 0.6) {
    return random.pick([
      'TP.HCM',
      'TP HCM',
      'Hồ Chí Minh',
      'TP. Hồ Chí Minh',
      'Sài Gòn',
      'HCM',
      'Tp Ho Chi Minh',
      'Thành phố Hồ Chí Minh',
    ]);
  }
  if (name === 'Hà Nội' && draw < 0.2) return random.pick(['HN', 'Ha Noi', 'TP Hà Nội', 'Hanoi']);
  if (draw < 0.6) return name;
  if (draw < 0.75) return unaccented(name);
  if (draw < 0.82) return name.normalize('NFD');
  if (draw < 0.86) return name.toUpperCase();
  return `${cities.has(name) ? random.pick(['TP. ', 'Thành phố ']) : random.pick(['Tỉnh ', 'T. '])}${name}`;
}

const streets = (
  'Lê Lợi|Trần Hưng Đạo|Nguyễn Trãi|Hai Bà Trưng|Lý Thường Kiệt|Nguyễn Huệ|Phan Chu Trinh|Quang Trung|Hùng Vương|Lê Duẩn|' +
  'Điện Biên Phủ|Cách Mạng Tháng Tám|Võ Văn Kiệt|Hoàng Diệu|Bà Triệu|Ngô Quyền|Nguyễn Du|Trường Chinh|Lạc Long Quân|Âu Cơ'
).split('|');

export interface Home {
  readonly province: Province;
  /** `12/3 Lê Lợi` */
  readonly street: string;
  readonly ward: string;
  readonly district: string;
}

export function drawHome(random: Random, province: Province): Home {
  const number = random.between(1, 480);
  return {
    province,
    street: `${String(number)}${random.chance(0.3) ? `/${String(random.between(1, 40))}` : ''} ${random.pick(streets)}`,
    ward: random.chance(0.5) ? `Phường ${String(random.between(1, 16))}` : `P. ${random.pick(streets)}`,
    district: cities.has(province.old)
      ? `Quận ${String(random.between(1, 12))}`
      : `Huyện ${random.pick(streets)}`,
  };
}

/** Street, ward and, before the districts went, district. */
export function writtenAddress(random: Random, home: Home, at: number): string {
  const parts = [home.street, home.ward];
  if (at < merged || random.chance(0.3)) parts.push(home.district);
  return random.chance(0.25) ? unaccented(parts.join(', ')) : parts.join(', ');
}
