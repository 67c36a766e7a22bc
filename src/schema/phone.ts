/** Old 11-digit mobile prefixes of Vietnam and what each became on 2018-09-15, without the leading 0. */
const moved2018: Readonly<Record<string, string>> = {
  120: '70',
  121: '79',
  122: '77',
  126: '76',
  128: '78',
  123: '83',
  124: '84',
  125: '85',
  127: '81',
  129: '82',
  162: '32',
  163: '33',
  164: '34',
  165: '35',
  166: '36',
  167: '37',
  168: '38',
  169: '39',
  186: '56',
  188: '58',
  199: '59',
};

/** A phone number in E.164; a national number is read as Vietnam's. Undefined when it is none. */
export function normalizePhone(written: string): string | undefined {
  const compact = written
    .trim()
    .replace(/[\s.\-()]/g, '')
    .replace(/^00/, '+');
  if (!/^\+?\d{8,15}$/.test(compact)) return undefined;
  let digits: string;
  if (compact.startsWith('+84')) digits = compact.slice(3);
  else if (compact.startsWith('+')) return compact;
  else if (compact.startsWith('0')) digits = compact.slice(1);
  else if (compact.startsWith('84') && compact.length >= 11) digits = compact.slice(2);
  else return undefined;
  digits = digits.replace(/^0/, '');
  const mobile = digits.length === 10 ? moved2018[digits.slice(0, 3)] : undefined;
  if (mobile !== undefined) digits = mobile + digits.slice(3);
  return digits.length >= 8 && digits.length <= 10 ? `+84${digits}` : undefined;
}
