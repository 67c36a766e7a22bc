import { validate, parse, type GraphQLSchema } from 'graphql';

/** A query that GraphiQL opens with. */
export interface Example {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Written for the customer schema that thau brings; a project that drops a part loses the example of it alone. */
const examples: readonly Example[] = [
  {
    query: `# One customer's 360 view, by the first page of all customers.
# Ctrl-Enter runs it; Ctrl-Space completes; the book on the left documents every field.
query Customers {
  customers(first: 1, filter: {orderCount: {gt: 1}}) {
    edges {
      node {
        id
        fullName
        email
        phone
        orderCount
        revenue
        understandingLevel
        identities { identifierType identifierValue }
        orders(first: 5) { edges { node { orderedAt status amount } } }
        timeline(first: 10) { edges { node { occurredAt channel kind } } }
        segments { name }
        scores { name value }
      }
    }
  }
}
`,
  },
  {
    query: `# Net promoter score by week and channel, with its 95 % interval.
query WeeklyNps {
  metrics(names: ["nps"], grain: WEEK, by: ["channel"]) {
    period
    channel
    value
    lower
    upper
    n
  }
}
`,
  },
  {
    query: `# Who is in each segment.
query Segments {
  segments {
    name
    description
    members(first: 5) { edges { node { fullName email revenue } } }
  }
}
`,
  },
  {
    query: `# How many reach each stage of the journey, and what share goes on.
query Funnel {
  journeyFunnel { position stage entered conversion medianHours }
}
`,
  },
  {
    query: `# What the warehouse did last.
query Runs {
  warehouse {
    runs(first: 5) { edges { node { runId trigger state startedAt finishedAt summary } } }
  }
}
`,
  },
];

/** The examples that this schema answers. */
export function examplesFor(schema: GraphQLSchema): readonly Example[] {
  return examples.filter(({ query }) => validate(schema, parse(query)).length === 0);
}
