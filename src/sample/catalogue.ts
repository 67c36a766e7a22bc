import type { Weights } from './random.js';

export interface Product {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly categoryId: string;
  readonly brand: string;
  readonly price: number;
  /** How often it is drawn. */
  readonly weight: number;
}

export const categories: readonly (readonly [id: string, name: string, parent: string | null])[] = [
  ['CAT01', 'Nhà bếp', null],
  ['CAT02', 'Nồi và chảo', 'CAT01'],
  ['CAT03', 'Điện gia dụng', 'CAT01'],
  ['CAT04', 'Chăm sóc nhà cửa', null],
  ['CAT05', 'Chăm sóc cá nhân', null],
  ['CAT06', 'Mẹ và bé', null],
  ['CAT07', 'Quà Tết', null],
];

// name ; category ; brand ; price in thousand VND ; weight. Brands are invented.
const lines = `
Chảo chống dính 26cm;CAT02;Bếp Xanh;289;10|Nồi inox 3 đáy 20cm;CAT02;Bếp Xanh;459;7|Bộ nồi 5 món;CAT02;Bếp Xanh;1890;3|Nồi áp suất 6L;CAT02;Kimhoa;1290;3
Nồi cơm điện 1.8L;CAT03;Kimhoa;990;8|Ấm siêu tốc 1.7L;CAT03;Kimhoa;329;9|Máy xay sinh tố;CAT03;Sao Mai;690;7|Nồi chiên không dầu 5L;CAT03;Sao Mai;1790;9
Máy hút bụi cầm tay;CAT04;Sao Mai;1590;6|Túi lọc máy hút bụi;CAT04;Sao Mai;149;4|Bộ lau nhà xoay;CAT04;Nhà Sạch;399;6|Nước lau sàn 4L;CAT04;Nhà Sạch;119;8
Máy lọc không khí;CAT04;Sao Mai;3290;3|Lõi lọc không khí;CAT04;Sao Mai;490;3|Bàn chải điện;CAT05;Tươi;590;7|Đầu bàn chải thay thế;CAT05;Tươi;129;5
Máy sấy tóc;CAT05;Tươi;449;7|Dầu gội thảo dược;CAT05;Cỏ Mềm Xanh;189;8|Sữa tắm gừng;CAT05;Cỏ Mềm Xanh;159;7|Nước giặt cho bé 3L;CAT06;Bé Ngoan;199;7
Máy hâm sữa;CAT06;Bé Ngoan;690;4|Máy tiệt trùng bình sữa;CAT06;Bé Ngoan;1290;3|Ghế ăn dặm;CAT06;Bé Ngoan;890;3|Hộp quà Tết An Khang;CAT07;Nhà Thấu;599;1
Giỏ quà Tết Phú Quý;CAT07;Nhà Thấu;1199;1|Bộ ấm trà Tết;CAT07;Nhà Thấu;790;1`;

export const products: readonly Product[] = lines
  .trim()
  .split(/[|\n]/)
  .map((line, index) => {
    const [name = '', categoryId = '', brand = '', price = '', weight = ''] = line.split(';');
    const number = String(index + 1).padStart(3, '0');
    return {
      id: `P${number}`,
      sku: `SKU-${number}`,
      name,
      categoryId,
      brand,
      price: Number(price) * 1000,
      weight: Number(weight),
    };
  });

export function product(id: string): Product {
  const found = products.find((candidate) => candidate.id === id);
  if (!found) throw new RangeError(`no product ${id}`);
  return found;
}

/** Bought together: the first brings the second along in 55 of 100 baskets. */
export const pairs: ReadonlyMap<string, string> = new Map([
  ['P015', 'P016'],
  ['P009', 'P010'],
]);

export const everyday: Weights<Product> = products.map((item) => [item, item.weight]);
export const beforeTet: Weights<Product> = products.map((item) => [
  item,
  item.categoryId === 'CAT07' ? 22 : item.weight,
]);

export interface Store {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly province: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly openedOn: string;
}

export const stores: readonly Store[] = (
  [
    ['Nhà Thấu Nguyễn Trãi', '212 Nguyễn Trãi, Phường 2', 'Hồ Chí Minh', 10.7626, 106.6822, '2019-04-20'],
    [
      'Nhà Thấu Cách Mạng Tháng Tám',
      '380 Cách Mạng Tháng Tám, Phường 10',
      'Hồ Chí Minh',
      10.7797,
      106.6664,
      '2020-11-07',
    ],
    ['Nhà Thấu Thủ Dầu Một', '45 Đại lộ Bình Dương', 'Hồ Chí Minh', 10.9804, 106.6519, '2023-05-13'],
    ['Nhà Thấu Bà Triệu', '118 Bà Triệu', 'Hà Nội', 21.0136, 105.8489, '2019-09-14'],
    ['Nhà Thấu Cầu Giấy', '241 Cầu Giấy', 'Hà Nội', 21.0335, 105.7964, '2022-03-26'],
    ['Nhà Thấu Lê Duẩn', '77 Lê Duẩn', 'Đà Nẵng', 16.0709, 108.2146, '2021-06-05'],
    ['Nhà Thấu Lạch Tray', '160 Lạch Tray', 'Hải Phòng', 20.8447, 106.6881, '2022-10-22'],
    ['Nhà Thấu Ninh Kiều', '9 Đường 30 Tháng 4', 'Cần Thơ', 10.0302, 105.7717, '2023-12-02'],
  ] as const
).map(([name, address, province, latitude, longitude, openedOn], index) => ({
  id: `S${String(index + 1).padStart(2, '0')}`,
  name,
  address,
  province,
  latitude,
  longitude,
  openedOn,
}));

/** The shop nearest to a province: its own, else the big city of its part of the country. */
export function storesNear(province: string): readonly Store[] {
  const own = stores.filter((store) => store.province === province);
  return own.length > 0
    ? own
    : stores.filter((store) => store.province === (south.has(province) ? 'Hồ Chí Minh' : 'Hà Nội'));
}

const south = new Set(
  'Đồng Nai|Tây Ninh|Vĩnh Long|Đồng Tháp|Cà Mau|An Giang|Lâm Đồng|Khánh Hòa|Đắk Lắk|Gia Lai|Cần Thơ|Hồ Chí Minh'.split(
    '|',
  ),
);
