// The three requests, and a fresh set of variables for each time one is asked.
const pick = (limit) => 1 + Math.floor(Math.random() * limit);

export const requests = {
  'one customer': {
    query:
      'query C($id: ID!) { customer(id: $id) { id name email phone city createdAt lifetimeValue churnRisk nps touchpoints(first: 20) { id occurredAt channel stage } orders(first: 10) { id orderedAt amount status } scores { name value computedAt } segments { id key name } } }',
    variables: () => ({ id: String(pick(100_000)) }),
  },
  '50 customers with children': {
    query:
      'query S($segment: Int!, $min: Float!) { segment(id: $segment) { members(first: 50, minLtv: $min) { customer { id name email city lifetimeValue churnRisk scores { name value } touchpoints(first: 3) { occurredAt channel stage } } } } }',
    variables: () => ({ segment: pick(20), min: 10_000 * pick(9) }),
  },
  '2,190 metric rows': {
    query:
      'query M($name: String!, $from: Date!, $to: Date!) { metric(name: $name, dimension: "channel", from: $from, to: $to) { day dimValue value } }',
    variables: () => ({
      name: ['revenue', 'orders', 'visits'][pick(3) - 1],
      from: '2025-01-01',
      to: '2025-12-31',
    }),
  },
};
