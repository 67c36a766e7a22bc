/** What people say, by what they feel about. Written for this sample. */
export const npsComments = {
  praise: [
    'Giao nhanh, đóng gói cẩn thận 👍',
    'Sản phẩm tốt, sẽ giới thiệu cho bạn bè',
    'Nhân viên tư vấn nhiệt tình, giá hợp lý ❤️',
    'Dùng rất ổn, mẹ mình cũng thích',
    'Hàng đúng mô tả, mua lần hai rồi',
  ],
  neutral: [
    'Tạm được, không có gì đặc biệt',
    'Chất lượng ổn nhưng giá hơi cao',
    'Bình thường',
    'Sẽ cân nhắc mua lại',
  ],
  late: [
    'Giao hàng quá chậm, trễ mấy ngày 😡',
    'Đợi lâu quá, shipper không gọi trước',
    'Hẹn giao hôm trước mà hôm sau mới tới',
    'Giao trễ làm lỡ việc, không hài lòng với vận chuyển',
  ],
  bad: [
    'Sản phẩm lỗi, gọi tổng đài mãi không được',
    'Máy ồn hơn quảng cáo, thất vọng',
    'Phí vận chuyển quá cao',
    'Đổi trả rất phức tạp, phải gọi nhiều lần',
    'Bên shop khác rẻ hơn mà giao nhanh hơn',
  ],
} as const;

export const csatComments = {
  good: ['Nhân viên hỗ trợ rất nhanh', 'Cảm ơn bạn tư vấn 🥰', 'Giải quyết gọn gàng'],
  bad: [
    'Chờ hai ngày mới có người trả lời',
    'Trả lời chung chung, không giúp được gì',
    'Hứa gọi lại mà không gọi',
  ],
} as const;

export const reviewTexts: Readonly<Record<number, readonly string[]>> = {
  5: [
    'Hàng đẹp, đóng gói kỹ, 5 sao ⭐',
    'Rất đáng tiền, chạy êm',
    'Giao nhanh, shop nhiệt tình',
    'Dùng thích lắm, không có gì để chê',
  ],
  4: ['Sản phẩm tốt, giao hơi lâu', 'Ổn trong tầm giá', 'Chất lượng được, hộp hơi móp'],
  3: ['Tạm ổn', 'Bình thường, không như mong đợi lắm'],
  2: ['Mới dùng đã có tiếng kêu lạ', 'Giao trễ, hộp bị móp'],
  1: ['Hàng lỗi, đổi trả phức tạp 😤', 'Không giống hình, thất vọng', 'Giao sai hàng'],
};

export interface TicketTopic {
  readonly category:
    'delivery' | 'product_quality' | 'refund' | 'warranty' | 'payment' | 'usage' | 'praise' | 'other';
  readonly area:
    'product' | 'logistics' | 'inventory' | 'supply_chain' | 'operations' | 'service' | 'price' | 'other';
  readonly callReason:
    'order_status' | 'delivery_late' | 'product_advice' | 'complaint' | 'warranty' | 'refund' | 'other';
  readonly subject: string;
  readonly description: string;
}

export const lateTopic: TicketTopic = {
  category: 'delivery',
  area: 'logistics',
  callReason: 'delivery_late',
  subject: 'Đơn hàng giao trễ',
  description: 'Đơn của tôi quá hẹn vẫn chưa nhận được, nhờ kiểm tra giúp.',
};

export const topics: readonly TicketTopic[] = [
  {
    category: 'product_quality',
    area: 'product',
    callReason: 'complaint',
    subject: 'Sản phẩm bị lỗi',
    description: 'Máy mới nhận đã không chạy, đề nghị đổi máy khác.',
  },
  {
    category: 'refund',
    area: 'operations',
    callReason: 'refund',
    subject: 'Hoàn tiền',
    description: 'Tôi đã trả hàng nhưng chưa được hoàn tiền.',
  },
  {
    category: 'payment',
    area: 'operations',
    callReason: 'other',
    subject: 'Thanh toán bị trừ hai lần',
    description: 'Ví báo trừ tiền hai lần cho một đơn.',
  },
  {
    category: 'usage',
    area: 'product',
    callReason: 'product_advice',
    subject: 'Hỏi cách sử dụng',
    description: 'Cho hỏi chế độ nướng của nồi chiên dùng thế nào?',
  },
  {
    category: 'other',
    area: 'inventory',
    callReason: 'product_advice',
    subject: 'Bao giờ có hàng lại',
    description: 'Lõi lọc hết hàng cả tháng nay, khi nào có lại?',
  },
  {
    category: 'other',
    area: 'price',
    callReason: 'other',
    subject: 'Giá thay đổi',
    description: 'Hôm qua giá khác, hôm nay tăng, shop giải thích giúp.',
  },
  {
    category: 'praise',
    area: 'service',
    callReason: 'other',
    subject: 'Cảm ơn shop',
    description: 'Nhân viên cửa hàng rất dễ thương, cảm ơn nhiều ❤️',
  },
];

export const mentionTexts = {
  positive: [
    'Mới mua nồi chiên ở Nhà Thấu, ưng quá trời 😍',
    'Nhà Thấu giao nhanh thiệt, khen!',
    'Shop tư vấn dễ thương ghê',
  ],
  negative: [
    'Nhà Thấu giao trễ cả tuần, chán 😒',
    'Gọi tổng đài Nhà Thấu không ai nghe máy',
    'Bên Bếp Việt rẻ hơn Nhà Thấu cả trăm ngàn',
  ],
  neutral: [
    'Ai dùng máy lọc không khí của Nhà Thấu chưa, cho xin ý kiến',
    'Nhà Thấu có cửa hàng ở Huế không ạ?',
  ],
} as const;

export const interviewNotes: readonly (readonly [question: string, note: string, codes: string])[] = [
  [
    'Điều gì làm anh/chị phân vân trước khi mua?',
    'Sợ phí ship, giỏ dưới ba trăm ngàn thì thôi không mua nữa.',
    'shipping_fee|cart',
  ],
  [
    'Vì sao anh/chị ngừng mua?',
    'Hồi 8/3 mua vì giảm giá sâu, sau đó không thấy ưu đãi nào nữa.',
    'churn|promotion',
  ],
  [
    'Anh/chị kể lần giao hàng gần nhất?',
    'Hẹn thứ ba mà thứ sáu mới giao, phải nghỉ làm chờ nhận.',
    'delivery_late|emotion_anger',
  ],
  [
    'Anh/chị biết đến shop từ đâu?',
    'Em gái gửi mã giới thiệu, thấy người nhà dùng nên tin.',
    'referral|trust',
  ],
  [
    'Điều gì khiến anh/chị quay lại?',
    'Bạn ở cửa hàng nhớ tên, hỏi thăm cái máy cũ dùng ổn không.',
    'service|loyalty',
  ],
];
