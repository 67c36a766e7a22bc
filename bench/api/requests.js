// The three requests in thau's words and in PostGraphile's, a fresh set of variables for each time one is asked, and what
// makes PostGraphile's answer one of ours where only the names and the spelling of values differ.
const pick = (limit) => 1 + Math.floor(Math.random() * limit);

export const requests = {
  'one customer': {
    query:
      'query C($id: ID!) { customer(id: $id) { id name email phone city createdAt lifetimeValue churnRisk nps touchpoints(first: 20) { id occurredAt channel stage } orders(first: 10) { id orderedAt amount status } scores { name value computedAt } segments { id key name } } }',
    peer: 'query C($id: BigInt!) { customerByRowId(rowId: $id) { rowId name email phone city createdAt lifetimeValue churnRisk nps touchpointsByCustomerIdList(first: 20, orderBy: [OCCURRED_AT_DESC, ROW_ID_DESC]) { rowId occurredAt channel stage } ordersByCustomerIdList(first: 10, orderBy: [ORDERED_AT_DESC, ROW_ID_DESC]) { rowId orderedAt amount status } scoresByCustomerIdList { name value computedAt } segmentMembersByCustomerIdList(orderBy: [SEGMENT_ID_ASC]) { segmentBySegmentId { rowId key name } } } }',
    variables: () => ({ id: String(pick(100_000)) }),
  },
  '50 customers with children': {
    query:
      'query S($segment: Int!, $min: Float!) { segment(id: $segment) { members(first: 50, minLtv: $min) { customer { id name email city lifetimeValue churnRisk scores { name value } touchpoints(first: 3) { occurredAt channel stage } } } } }',
    peer: 'query S($segment: Int!, $min: BigFloat!) { allSegmentMembersList(condition: { segmentId: $segment }, filter: { ltv: { greaterThanOrEqualTo: $min } }, orderBy: [LTV_DESC, CUSTOMER_ID_ASC], first: 50) { customerByCustomerId { rowId name email city lifetimeValue churnRisk scoresByCustomerIdList { name value } touchpointsByCustomerIdList(first: 3, orderBy: [OCCURRED_AT_DESC, ROW_ID_DESC]) { occurredAt channel stage } } } }',
    variables: () => ({ segment: pick(20), min: 10_000 * pick(9) }),
    peerVariables: ({ segment, min }) => ({ segment, min: String(min) }),
  },
  '2,190 metric rows': {
    query:
      'query M($name: String!, $from: Date!, $to: Date!) { metric(name: $name, dimension: "channel", from: $from, to: $to) { day dimValue value } }',
    peer: 'query M($name: String!, $from: Date!, $to: Date!) { allMetricDailiesList(condition: { metric: $name, dim: "channel" }, filter: { day: { greaterThanOrEqualTo: $from, lessThanOrEqualTo: $to } }, orderBy: [DAY_ASC, DIM_VALUE_ASC]) { day dimValue value } }',
    variables: () => ({
      name: ['revenue', 'orders', 'visits'][pick(3) - 1],
      from: '2025-01-01',
      to: '2025-12-31',
    }),
  },
};

/** The text of a request's body, in the words of the server that is asked. */
export function bodyOf(name, dialect, variables) {
  const { query, peer, peerVariables } = requests[name];
  if (dialect !== 'postgraphile') return JSON.stringify({ query, variables });
  return JSON.stringify({ query: peer, variables: peerVariables?.(variables) ?? variables });
}

const names = {
  rowId: 'id',
  customerByRowId: 'customer',
  customerByCustomerId: 'customer',
  touchpointsByCustomerIdList: 'touchpoints',
  ordersByCustomerIdList: 'orders',
  scoresByCustomerIdList: 'scores',
  segmentMembersByCustomerIdList: 'segments',
  segmentBySegmentId: 'segment',
  allMetricDailiesList: 'metric',
};
const instants = new Set(['createdAt', 'occurredAt', 'orderedAt', 'computedAt']);

/** An answer's data with names and spellings made alike: what must be equal whoever answered. */
export function alike(value, key) {
  if (Array.isArray(value)) {
    return value.map((item) => alike(key === 'segments' ? (item.segmentBySegmentId ?? item) : item));
  }
  if (typeof value === 'object' && value !== null) {
    if (value.allSegmentMembersList)
      return { segment: { members: value.allSegmentMembersList.map((item) => alike(item)) } };
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const own = names[name] ?? name;
        return [own, alike(inner, own)];
      }),
    );
  }
  if (key === 'id') return String(value);
  return instants.has(key) ? new Date(value).toISOString() : value;
}
