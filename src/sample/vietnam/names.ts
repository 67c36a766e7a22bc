import type { Random, Weights } from '../random.js';

export interface Name {
  readonly family: string;
  readonly middle: string;
  readonly given: string;
}

/** Shares in per mille, roughly those of the country. */
export const familyNames: Weights<string> = [
  ['Nguyễn', 384],
  ['Trần', 121],
  ['Lê', 95],
  ['Phạm', 70],
  ['Huỳnh', 30],
  ['Hoàng', 35],
  ['Phan', 45],
  ['Vũ', 20],
  ['Võ', 25],
  ['Đặng', 21],
  ['Bùi', 20],
  ['Đỗ', 14],
  ['Hồ', 13],
  ['Ngô', 13],
  ['Dương', 10],
  ['Lý', 5],
  ['Đinh', 8],
  ['Trịnh', 7],
  ['Mai', 6],
  ['Lương', 6],
  ['Đoàn', 7],
  ['Cao', 5],
  ['Tạ', 4],
  ['Thái', 4],
  ['Quách', 2],
  ['Tôn Nữ', 1],
];

const middles = {
  F: 'Thị Ngọc Thanh Thu Kim Minh Phương Hồng Bích Thúy Mỹ Diệu Quỳnh Khánh Hoài Như Cẩm Tuyết Lan Gia'.split(
    ' ',
  ),
  M: 'Văn Minh Quốc Đức Hữu Anh Thanh Công Hoàng Gia Quang Tuấn Xuân Đình Ngọc Trọng Thành Bảo Nhật Khánh'.split(
    ' ',
  ),
} as const;

const givens = {
  F: (
    'Anh Linh Hương Lan Hoa Mai Trang Thảo Hà Ngọc Nhung Yến Vy My Ngân Trinh Hằng Hạnh Thủy Tuyết Oanh Phượng Thúy ' +
    'Châu Loan Dung Duyên Giang Hiền Huệ Khánh Lệ Liên Ly Nga Nguyệt Nhi Như Quyên Quỳnh Tâm Thơ Thư Trâm Trúc Uyên Vân Xuân Hòa Thùy'
  ).split(' '),
  M: (
    'Anh Hùng Dũng Minh Tuấn Nam Long Sơn Hải Phong Quân Khang Bảo Đạt Phúc Thắng Việt Cường Hiếu Trung Kiên Tùng Duy ' +
    'Hoàng Khoa Lâm Lộc Mạnh Nghĩa Nhân Phát Phú Quang Quý Tài Tâm Thành Thái Thịnh Tiến Toàn Trí Trường Tú Vinh Vũ Bình Chiến Đức Hòa'
  ).split(' '),
} as const;

export function drawName(random: Random, sex: 'F' | 'M', family: string): Name {
  let middle = random.pick(middles[sex]);
  if (random.chance(0.12)) middle += ` ${random.pick(middles[sex])}`;
  return { family, middle, given: random.pick(givens[sex]) };
}

export function fullName({ family, middle, given }: Name): string {
  return `${family} ${middle} ${given}`;
}

/** `N****n`, as marketplaces show a buyer. */
export function masked({ given }: Name): string {
  return `${given.slice(0, 1)}****${given.slice(-1)}`;
}
